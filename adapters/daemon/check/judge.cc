// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/check/judge.h"

#include <utility>

#include "plugin/runtime/connection.h"
#include "plugin/runtime/outcome.h"
#include "plugin/runtime/session.h"

namespace tattle::daemon {
namespace {

// ToObservation is what a client of the host's own would have sent.
Observation ToObservation(const Session& session, const CheckRequest& request,
                          std::vector<ByteVector> chain, std::uint64_t now_ms) {
  Observation observation;
  observation.seen_ms = now_ms;
  observation.host = request.host;
  observation.mode = session.mode;
  observation.policy = session.policy;
  observation.compliant = session.verdict && session.verdict->compliant;
  observation.chain = std::move(chain);
  return observation;
}

// PassOn leaves out what there is to say of the log list: that lasts, and ListSource says it.
void PassOn(void* journal, std::int32_t level, const char* line) {
  const std::string_view text(line);
  for (const char* const begin : {"log_list: ", "log list: ", "the log list "}) {
    if (text.starts_with(begin)) {
      return;
    }
  }
  Journal::ToLogLine(journal, level, line);
}

}  // namespace

CheckJudge::CheckJudge(std::shared_ptr<Client> client, ChainBuilder builder, Observe observe,
                       Counts& counts)
    : client_(std::move(client)),
      builder_(std::move(builder)),
      observe_(std::move(observe)),
      counts_(counts) {}

Outcome<std::unique_ptr<CheckJudge>> CheckJudge::Create(const Config& config,
                                                        const std::string& ca_file, Observe observe,
                                                        Journal& journal, Counts& counts,
                                                        std::uint64_t now_ms) {
  auto builder = ChainBuilder::Create(ca_file);
  if (!builder) {
    return tl::unexpected("ca_file: " + builder.error());
  }
  ClientOptions options;
  options.config = config;
  options.config.observe_socket.clear();  // it is our own
  options.config.outbox.clear();
  options.config.syslog.clear();  // the journal writes there
  options.log = PassOn;
  options.log_arg = &journal;
  auto client = Client::Create(std::move(options), now_ms);
  if (!client) {
    return tl::unexpected(client.error());
  }
  return std::unique_ptr<CheckJudge>(
      new CheckJudge(*std::move(client), *std::move(builder), std::move(observe), counts));
}

std::string CheckJudge::Answer(std::string_view line, uid_t uid, std::uint64_t now_ms) {
  Result<CheckRequest> request = DecodeCheckRequest(line);
  if (!request) {
    counts_.Add(Count::kChecksBad);
    return "fail the request is not understood: " + Describe(request.error());
  }
  if (request->verb == CheckVerb::kChain) {
    return Judge(*request, request->certificates, now_ms);
  }
  const ChainCollector::Key key{uid, request->id, request->host};
  if (request->depth > 0) {
    collector_.Add(key, request->depth, std::move(request->certificates.front()), now_ms);
    return "ok judged with the certificate of depth 0";
  }
  for (ByteVector& certificate : collector_.Take(key, now_ms)) {
    request->certificates.push_back(std::move(certificate));
  }
  return Judge(*request, request->certificates, now_ms);
}

std::string CheckJudge::Judge(const CheckRequest& request, std::span<const ByteVector> presented,
                              std::uint64_t now_ms) {
  counts_.Add(Count::kChecks);
  Connection connection;
  connection.host = request.host;
  connection.evidence.leaf = presented.front();
  auto chain = builder_.Build(presented, now_ms);
  std::vector<Bytes> cas;
  if (chain) {
    cas.assign(std::next(chain->begin()), chain->end());
    connection.chain = ChainStatus::kValidated;
    connection.cas = cas;
    connection.evidence.issuer = cas.empty() ? Bytes() : cas.front();
  }
  const Session session = client_->Judge(connection, now_ms);
  std::string text = OneLine(session.reason);
  if (!chain) {
    text += " (" + OneLine(chain.error()) + ")";
  }
  if (session.scope == Scope::kPublic && observe_) {
    observe_(ToObservation(session, request, *std::move(chain), now_ms), text);
  }
  if (session.decision != Decision::kProceed) {
    counts_.Add(Count::kChecksRefused);
    return "fail " + text;
  }
  return "ok " + text;
}

}  // namespace tattle::daemon
