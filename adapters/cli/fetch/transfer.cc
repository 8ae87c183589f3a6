// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/fetch/transfer.h"

#include <unistd.h>

#include <array>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <openssl/ssl.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/fetch/failure.h"
#include "adapters/cli/fetch/trace.h"
#include "adapters/cli/output/moment.h"
#include "adapters/cli/output/terminal_text.h"
#include "core/base/time.h"

namespace tattle::cli {
namespace {

constexpr long kMaxRedirects = 10;
constexpr long kConnectTimeoutS = 30;
constexpr long kStillTimeoutS = 60;        // nothing comes
constexpr long kGossipTimeoutMs = 10'000;  // the answer is there already: nobody waits long

std::uint64_t FixedTime(void* now_ms) {
  return *static_cast<const std::uint64_t*>(now_ms);
}

CURLcode ValidateAtFixedTime(CURL* /*easy*/, void* context, void* now_ms) {
  X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(static_cast<SSL_CTX*>(context)),
                             static_cast<time_t>(FixedTime(now_ms) / kMsPerSecond));
  return CURLE_OK;
}

class FetchTransfer {
 public:
  FetchTransfer(const FetchSetup& setup, Body& body)
      : setup_(setup),
        options_(setup.options),
        body_(body),
        trace_(setup.screen, options_.verbose),
        fixed_ms_(setup.plan.fixed_ms.value_or(0)),
        easy_(curl_easy_init()) {}

  Fetched Run();

  // What libcurl calls.
  bool TakeBody(std::string_view part);
  bool TakeField(std::string_view line);
  void TakeProgress(curl_off_t total, curl_off_t now);
  void TakeTrace(curl_infotype kind, std::string_view data) { trace_.Take(kind, data); }

 private:
  template <typename Value>
  void Set(CURLoption option, Value value) {
    if (code_ == CURLE_OK) {
      code_ = curl_easy_setopt(easy_.get(), option, value);
    }
  }

  bool MayOfferHeads() const {
    // Nobody but who wrote it knows what a field or a user's name tells of who is asking.
    return options_.gossip && options_.fields.empty() && !setup_.plan.has_user;
  }

  bool Attach();
  void SetRequest();
  void SetLimits();
  void SetTls();
  void SetCallbacks();
  void Conclude(Fetched& fetched);
  void Gossip(Fetched& fetched);
  long Status() const;
  std::string EffectiveUrl() const;

  const FetchSetup& setup_;
  const FetchOptions& options_;
  Body& body_;
  Trace trace_;
  std::uint64_t fixed_ms_;
  CurlListPtr fields_;
  std::array<char, CURL_ERROR_SIZE> error_ = {};
  tattle_diag diag_ = TATTLE_DIAG_INIT;
  CURLcode code_ = CURLE_OK;
  CurlPtr easy_;
  CtCurlPtr ct_;  // detached before the handle is gone
};

// What libcurl calls. Nothing thrown may reach it.

template <typename Action>
bool WithoutThrowing(const Action& action) {
  try {
    return action();
  } catch (const std::exception&) {
    return false;
  }
}

// libcurl's signatures.
// NOLINTBEGIN(readability-function-size)
std::size_t OnBody(char* part, std::size_t size, std::size_t count, void* arg) {
  const std::size_t len = size * count;
  const auto take = [&] { return static_cast<FetchTransfer*>(arg)->TakeBody({part, len}); };
  return WithoutThrowing(take) ? len : 0;
}

std::size_t OnField(char* line, std::size_t size, std::size_t count, void* arg) {
  const std::size_t len = size * count;
  const auto take = [&] { return static_cast<FetchTransfer*>(arg)->TakeField({line, len}); };
  return WithoutThrowing(take) ? len : 0;
}

int OnProgress(void* arg, curl_off_t total, curl_off_t now, curl_off_t /*to_send*/,
               curl_off_t /*sent*/) {
  WithoutThrowing([&] {
    static_cast<FetchTransfer*>(arg)->TakeProgress(total, now);
    return true;
  });
  return 0;
}

int OnTrace(CURL* /*easy*/, curl_infotype kind, char* data, std::size_t len, void* arg) {
  WithoutThrowing([&] {
    static_cast<FetchTransfer*>(arg)->TakeTrace(kind, {data, len});
    return true;
  });
  return 0;
}
// NOLINTEND(readability-function-size)

bool FetchTransfer::TakeBody(std::string_view part) {
  if (body_.is_on_terminal()) {
    setup_.screen.Clear();
  }
  return body_.Take(AsBytes(part));
}

// TakeField is for HEAD, whose fields are the answer.
bool FetchTransfer::TakeField(std::string_view line) {
  line = line.substr(0, line.find_last_not_of("\r\n") + 1);
  return body_.TakeText(Printable(line) + '\n');
}

void FetchTransfer::TakeProgress(curl_off_t total, curl_off_t now) {
  setup_.screen.Progress(static_cast<std::uint64_t>(now), static_cast<std::uint64_t>(total),
                         NowMs());
}

bool FetchTransfer::Attach() {
  tattle_curl_options attached = TATTLE_CURL_OPTIONS_INIT;
  attached.allow_cleartext = options_.allow_cleartext ? 1 : 0;
  attached.offer_heads = MayOfferHeads() ? 1 : 0;
  if (setup_.plan.fixed_ms) {
    attached.now_ms = &FixedTime;
    attached.now_arg = &fixed_ms_;
    attached.ssl_ctx = &ValidateAtFixedTime;
    attached.ssl_ctx_arg = &fixed_ms_;
  }
  tattle_curl* ct = nullptr;
  const tattle_status status =
      tattle_curl_attach(easy_.get(), &ct, setup_.client, &attached, &diag_);
  ct_.reset(ct);
  return status == TATTLE_OK;
}

void FetchTransfer::SetRequest() {
  Set(CURLOPT_URL, setup_.plan.url.c_str());
  Set(CURLOPT_PROTOCOLS_STR, options_.allow_cleartext ? "https,http" : "https");
  Set(CURLOPT_REDIR_PROTOCOLS_STR, options_.allow_cleartext ? "https,http" : "https");
  Set(CURLOPT_FOLLOWLOCATION, options_.location ? 1L : 0L);
  Set(CURLOPT_MAXREDIRS, kMaxRedirects);
  Set(CURLOPT_FAILONERROR, options_.fail ? 1L : 0L);
  Set(CURLOPT_NOBODY, options_.head ? 1L : 0L);
  Set(CURLOPT_USERAGENT, fmt::format("tattle/{}", tattle_version()).c_str());
  if (options_.http1) {
    Set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  }
  if (!options_.proxy.empty()) {
    Set(CURLOPT_PROXY, options_.proxy.c_str());
  }
  for (const std::string& field : options_.fields) {
    curl_slist* longer = curl_slist_append(fields_.get(), field.c_str());
    if (longer == nullptr) {
      code_ = CURLE_OUT_OF_MEMORY;
      return;
    }
    static_cast<void>(fields_.release());  // it is a part of the longer one
    fields_.reset(longer);
  }
  if (tattle_curl_set_headers(ct_.get(), fields_.get()) != TATTLE_OK) {
    code_ = CURLE_OUT_OF_MEMORY;
  }
}

void FetchTransfer::SetLimits() {
  Set(CURLOPT_NOSIGNAL, 1L);
  Set(CURLOPT_CONNECTTIMEOUT, kConnectTimeoutS);
  Set(CURLOPT_LOW_SPEED_LIMIT, 1L);
  Set(CURLOPT_LOW_SPEED_TIME, kStillTimeoutS);
  Set(CURLOPT_TIMEOUT_MS, static_cast<long>(setup_.plan.max_time.count()));
  Set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(options_.max_size));
}

void FetchTransfer::SetTls() {
  Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options_.cafile.empty()) {
    Set(CURLOPT_CAINFO, options_.cafile.c_str());
    Set<const char*>(CURLOPT_CAPATH, nullptr);
  }
}

void FetchTransfer::SetCallbacks() {
  Set(CURLOPT_ERRORBUFFER, error_.data());
  Set(CURLOPT_WRITEFUNCTION, &OnBody);
  Set<void*>(CURLOPT_WRITEDATA, this);
  if (options_.head) {
    Set(CURLOPT_HEADERFUNCTION, &OnField);
    Set<void*>(CURLOPT_HEADERDATA, this);
  }
  Set(CURLOPT_NOPROGRESS, 0L);
  Set(CURLOPT_XFERINFOFUNCTION, &OnProgress);
  Set<void*>(CURLOPT_XFERINFODATA, this);
  Set(CURLOPT_DEBUGFUNCTION, &OnTrace);
  Set<void*>(CURLOPT_DEBUGDATA, this);
  Set(CURLOPT_VERBOSE, options_.verbose || options_.gossip ? 1L : 0L);
}

long FetchTransfer::Status() const {
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  return status;
}

std::string FetchTransfer::EffectiveUrl() const {
  const char* url = nullptr;
  curl_easy_getinfo(easy_.get(), CURLINFO_EFFECTIVE_URL, &url);
  return url == nullptr ? "" : url;
}

// Conclude says what the transfer has come to.
void FetchTransfer::Conclude(Fetched& fetched) {
  tattle_curl_finish(ct_.get());
  tattle_session* session = nullptr;
  static_cast<void>(tattle_session_share(tattle_curl_get0_session(ct_.get()), &session, nullptr));
  fetched.session.reset(session);
  fetched.url = WithoutPassword(EffectiveUrl());
  fetched.status = Status();
  fetched.num_bytes = body_.num_bytes();
  const FailureFacts facts{
      code_,          error_.data(), tattle_curl_get0_error(ct_.get()), fetched.session.get(),
      fetched.status, body_};
  fetched.problem = DescribeFailure(facts);
  fetched.exit_status = ExitStatusOf(facts);
  if (code_ == CURLE_OK) {
    if (const Outcome<void> finished = body_.Finish(); !finished) {
      fetched.problem = finished.error();
      fetched.exit_status = kExitUnknown;
    }
  }
}

// Gossip is for after a transfer; it changes the handle.
void FetchTransfer::Gossip(Fetched& fetched) {
  Gossiped& gossip = fetched.gossip;
  curl_header* enabled = nullptr;
  if (curl_easy_header(easy_.get(), "TransGossipEnabled", 0, CURLH_HEADER, -1, &enabled) ==
      CURLHE_OK) {
    gossip.enabled = enabled->value;
  }
  gossip.in_header = trace_.has_offered();
  std::int32_t ready = 0;
  if (!MayOfferHeads()) {
    gossip.why_not = "a header field of your own (-H) or a user in the URL may tell who is asking";
  } else if (code_ != CURLE_OK) {
    gossip.why_not = "the transfer failed";
  } else {
    Set(CURLOPT_TIMEOUT_MS, kGossipTimeoutMs);
    if (tattle_curl_gossip_prepare(ct_.get(), &ready, &diag_) != TATTLE_OK) {
      gossip.why_not = std::begin(diag_.text);
    } else if (ready == 0) {
      gossip.why_not =
          "the outbox has nothing for this host that it was not offered already, or the connection "
          "is closed";
    }
  }
  if (ready == 0) {
    return;
  }
  trace_.BeginGossip();
  gossip.has_posted = true;
  const CURLcode code = curl_easy_perform(easy_.get());
  gossip.status = Status();
  gossip.is_taken = tattle_curl_gossip_finish(ct_.get()) == 1;
  gossip.num_sent = trace_.num_sent();
  gossip.num_received = trace_.num_received();
  gossip.error = code == CURLE_OK ? "" : curl_easy_strerror(code);
}

Fetched FetchTransfer::Run() {
  Fetched fetched;
  fetched.url = setup_.plan.shown_url;
  fetched.exit_status = kExitUnknown;
  if (easy_ == nullptr) {
    fetched.problem = "libcurl could not be set up";
    return fetched;
  }
  if (!Attach()) {
    fetched.problem = std::begin(diag_.text);
    return fetched;
  }
  SetRequest();
  SetLimits();
  SetTls();
  SetCallbacks();
  if (code_ == CURLE_OK) {
    setup_.lines.is_transfer = true;
    code_ = curl_easy_perform(easy_.get());
    setup_.lines.is_transfer = false;
  }
  setup_.screen.Clear();
  Conclude(fetched);
  if (options_.gossip) {
    Gossip(fetched);
  }
  return fetched;
}

}  // namespace

Fetched Fetch(const FetchSetup& setup, Body& body) {
  return FetchTransfer(setup, body).Run();
}

}  // namespace tattle::cli
