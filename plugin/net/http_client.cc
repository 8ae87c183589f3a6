// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/http_client.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <random>
#include <utility>

#include "plugin/net/bounds.h"
#include "plugin/net/http_status.h"
#include "plugin/net/http_url.h"
#include "plugin/net/transfer.h"
#include "plugin/runtime/outcome.h"

namespace tattle {
namespace {

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool MayTryAgain(int status) {
  return status == kTooManyRequests || (status >= 500 && status <= 599);
}

// Jitter takes up to half of a pause away, so that clients that failed together do not come back
// together.
std::uint64_t Jitter(std::uint64_t pause_ms) {
  static thread_local std::minstd_rand engine{std::random_device{}()};
  return std::uniform_int_distribution<std::uint64_t>(pause_ms / 2, pause_ms)(engine);
}

// Wait is false if we were asked to stop.
bool Wait(std::uint64_t pause_ms, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, std::chrono::milliseconds(pause_ms), [] { return false; });
  return !stop.stop_requested();
}

Failure StatusFailure(const TransferRequest& request, const Transfer& transfer) {
  Failure failure = MakeFailure(FailureKind::kStatus, request.url,
                                "HTTP status " + std::to_string(transfer.answer.status));
  failure.http_status = transfer.answer.status;
  failure.retry_after_ms = transfer.retry_after_ms;
  return failure;
}

}  // namespace

struct HttpClient::State {
  explicit State(HttpOptions given) : options(std::move(given)), transferrer(options) {}

  Answer<HttpAnswer> Send(const TransferRequest& request);
  tl::expected<HttpOrigin, Failure> CheckUrl(const std::string& url) const;
  Answer<Transfer> Follow(TransferRequest request, const HttpOrigin& origin);
  std::optional<std::uint64_t> PauseBefore(unsigned attempt, const Failure& failure) const;

  HttpOptions options;
  Transferrer transferrer;
};

tl::expected<HttpOrigin, Failure> HttpClient::State::CheckUrl(const std::string& url) const {
  Outcome<HttpOrigin> origin = ReadHttpOrigin(url);
  if (!origin) {
    return FailWith(FailureKind::kRefused, url, origin.error());
  }
  if (origin->scheme == "http" && !options.allow_http) {
    std::string what = "plain http is not allowed here, only https: nobody could tell who answers";
    if (!options.allow_http_name.empty()) {
      what += "; " + options.allow_http_name + " allows it, for logs on this machine";
    }
    return FailWith(FailureKind::kRefused, url, what);
  }
  return *std::move(origin);
}

// Follow takes redirects to the same server only: another one was never asked for, and may be one
// of the inside.
Answer<Transfer> HttpClient::State::Follow(TransferRequest request, const HttpOrigin& origin) {
  for (unsigned num_redirects = 0;; ++num_redirects) {
    Answer<Transfer> transfer = transferrer.Run(request);
    if (!transfer || !IsRedirect(transfer->answer.status)) {
      return transfer;
    }
    Failure failure = StatusFailure(request, *transfer);
    const Outcome<HttpOrigin> next = ReadHttpOrigin(transfer->redirect_url);
    const bool keeps_method = !request.content_type || transfer->answer.status >= 307;
    if (!options.follows) {
      failure.sentence += ": a redirect, and none is followed here";
    } else if (num_redirects == kMaxRedirects) {
      failure.sentence += ": too many redirects";
    } else if (!next || *next != origin) {
      failure.sentence += ": redirects to another server, which is not followed: " +
                          MakeFailure({}, transfer->redirect_url, "").sentence;
    } else if (!keeps_method) {
      failure.sentence += ": redirects what was posted to a page";
    } else {
      request.url = transfer->redirect_url;
      continue;
    }
    return tl::unexpected(std::move(failure));
  }
}

// PauseBefore is how long to wait before the next try; nothing: no more tries.
std::optional<std::uint64_t> HttpClient::State::PauseBefore(unsigned attempt,
                                                            const Failure& failure) const {
  const bool may_try_again =
      failure.kind == FailureKind::kNetwork ||
      (failure.kind == FailureKind::kStatus && MayTryAgain(failure.http_status));
  if (!may_try_again || attempt >= options.retries) {
    return std::nullopt;
  }
  const std::uint64_t asked_ms = failure.retry_after_ms.value_or(0);
  if (asked_ms > kMaxPauseMs) {
    return std::nullopt;
  }
  const std::uint64_t backoff_ms =
      std::min(std::uint64_t{options.first_backoff_ms} << std::min(attempt, 16U), kMaxPauseMs);
  return std::max(asked_ms, Jitter(backoff_ms));
}

Answer<HttpAnswer> HttpClient::State::Send(const TransferRequest& request) {
  const tl::expected<HttpOrigin, Failure> origin = CheckUrl(request.url);
  if (!origin) {
    return tl::unexpected(origin.error());
  }
  for (unsigned attempt = 0;; ++attempt) {
    Answer<Transfer> transfer = Follow(request, *origin);
    if (transfer && !MayTryAgain(transfer->answer.status)) {
      return std::move(transfer->answer);
    }
    Failure failure = transfer ? StatusFailure(request, *transfer) : std::move(transfer.error());
    const std::optional<std::uint64_t> pause_ms = PauseBefore(attempt, failure);
    if (!pause_ms) {
      if (attempt > 0) {
        failure.sentence += ", after " + std::to_string(attempt + 1) + " tries";
      }
      return tl::unexpected(std::move(failure));
    }
    if (options.on_retry) {
      options.on_retry(failure, *pause_ms);
    }
    if (!Wait(*pause_ms, options.stop)) {
      return FailWith(FailureKind::kCancelled, request.url, "stopped before the next try");
    }
  }
}

HttpClient::HttpClient(HttpOptions options) {
  if (options.user_agent.empty()) {
    options.user_agent = "tattle/" TATTLE_SERVICE_VERSION;
  }
  state_ = std::make_unique<State>(std::move(options));
}

HttpClient::~HttpClient() = default;

Answer<HttpAnswer> HttpClient::Get(const std::string& url, std::size_t max_size) {
  return state_->Send({url, std::nullopt, {}, max_size});
}

Answer<HttpAnswer> HttpClient::Post(const std::string& url, const std::string& content_type,
                                    Bytes body, std::size_t max_size) {
  return state_->Send({url, content_type, body, max_size});
}

const HttpOptions& HttpClient::options() const {
  return state_->options;
}

}  // namespace tattle
