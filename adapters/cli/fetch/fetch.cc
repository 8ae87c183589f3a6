// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// `tattle fetch`.

#include <unistd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "adapters/cli/commands.h"
#include "adapters/cli/fetch/body.h"
#include "adapters/cli/fetch/client.h"
#include "adapters/cli/fetch/options.h"
#include "adapters/cli/fetch/report.h"
#include "adapters/cli/fetch/screen.h"
#include "adapters/cli/fetch/transfer.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/moment.h"
#include "adapters/cli/output/terminal_text.h"

namespace tattle::cli {
namespace {

// WantsProgress: a person looks on, and not at the answer itself.
bool WantsProgress(const FetchOptions& options) {
  const bool is_shown = !options.json && (options.output.empty() || options.output == "-") &&
                        isatty(STDOUT_FILENO) == 1;
  return !options.silent && isatty(STDERR_FILENO) == 1 && !is_shown;
}

// FailFetch answers where it came to no transfer.
int FailFetch(const FetchOptions& options, const FetchPlan& plan, std::string sentence) {
  if (!options.json) {
    return ComplainOf(plan.shown_url, sentence);
  }
  Fetched fetched;
  fetched.problem = std::move(sentence);
  Write(stdout, RenderFetchJson(plan.shown_url, fetched, false));
  return kExitUnknown;
}

void ReportFetch(const FetchSetup& setup, const Fetched& fetched, std::uint64_t now_ms) {
  const FetchOptions& options = setup.options;
  Screen& screen = setup.screen;
  if (options.verbose) {
    screen.Show(RenderSession(fetched.session.get(), now_ms, Style(ColourWanted(STDERR_FILENO))));
    screen.Show(options.gossip ? RenderGossiped(fetched.gossip) : "");
  }
  if (options.json) {
    Write(stdout, RenderFetchJson(setup.plan.shown_url, fetched, options.gossip));
  } else if (!fetched.problem.empty()) {
    ComplainOf(setup.plan.shown_url, fetched.problem);
  }
}

int RunFetch(const FetchOptions& options) {
  const Outcome<FetchPlan> plan = DecodeFetchOptions(options);
  if (!plan) {
    return ComplainOf("fetch", plan.error());
  }
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return FailFetch(options, *plan, "libcurl could not be set up");
  }
  const std::uint64_t now_ms = plan->fixed_ms.value_or(NowMs());
  Screen screen(WantsProgress(options));
  ClientLines lines = {screen, options.verbose};
  const Outcome<CtClientPtr> client = MakeFetchClient(options, now_ms, lines);
  if (!client) {
    return FailFetch(options, *plan, client.error());
  }
  Outcome<Body> body = Body::Open({options.output, !options.json, options.max_size});
  if (!body) {
    return FailFetch(options, *plan, body.error());
  }
  const FetchSetup setup = {options, *plan, client->get(), screen, lines};
  const Fetched fetched = Fetch(setup, *body);
  ReportFetch(setup, fetched, now_ms);
  return fetched.exit_status;
}

constexpr const char* kFooter =
    "Nothing is sent to a server before its certificate was judged by the settings of tattle.conf\n"
    "(mode report by default: the answer comes all the same, and a warning says what is missing).\n"
    "Only certificates of public CAs are judged; others pass, also with --require-ct.\n\n"
    "Exit status: 0 fetched; 1 refused by CT, or with --fail an HTTP status from 400 on; 2 nobody\n"
    "can tell: the network, a chain that nobody trusts, no log list, or output that cannot be\n"
    "written. A FILE is there whole or not at all.\n\n"
    "Gossip: servers that say TransGossipEnabled are told to tattled, which leaves heads for them "
    "in\n"
    "the outbox. With --gossip they go in a header of the request, and by a POST on the same\n"
    "connection; never with header fields of your own (-H) or a user in the URL.\n\n"
    "Examples:\n"
    "  tattle fetch --require-ct -o page.html https://example.org/\n"
    "  tattle fetch -L -f --max-size 100000000 https://example.org/file | sha256sum\n"
    "  tattle fetch --json https://example.org/ | jq .verdict\n"
    "  tattle fetch --gossip -v -I https://example.org/";

}  // namespace

void AddFetchCommand(Verb program, int& exit_status) {
  const auto options = std::make_shared<FetchOptions>();
  const Verb fetch = program.AddVerb(
      "fetch", "fetch a URL as curl does, from a server that has Certificate Transparency");
  AddFetchOptions(fetch, *options);
  fetch.Footer(kFooter);
  fetch.OnCall([options, &exit_status] { exit_status = RunFetch(*options); });
}

}  // namespace tattle::cli
