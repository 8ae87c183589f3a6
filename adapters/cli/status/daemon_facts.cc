// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/status/daemon_facts.h"

#include <fcntl.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <string_view>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "adapters/cli/bounds.h"
#include "adapters/cli/files/descriptor.h"
#include "adapters/cli/output/terminal_text.h"
#include "core/base/json.h"

namespace tattle::cli {
namespace {

constexpr std::string_view kQuestion = "{\"ask\":\"status\"}\n";

// SocketAddress is a sockaddr_un and the sockaddr that connect() wants to see in it.
union SocketAddress {
  sockaddr any;
  sockaddr_un unix_path;
};

std::string Text(const json::Value& value, std::string_view key) {
  return std::string(value.FindString(key).value_or(""));
}

std::uint64_t Number(const json::Value& value, std::string_view key) {
  return value.FindUint64(key).value_or(0);
}

bool IsTrue(const json::Value& value, std::string_view key) {
  const std::optional<json::Value> member = value.Find(key);
  return member && member->AsBool().value_or(false);
}

// Part is a member that is an object; an empty value where there is none.
json::Value Part(const json::Value& value, std::string_view key) {
  return value.Find(key).value_or(json::Value());
}

void AddLog(DaemonFacts& facts, const json::Value& log) {
  const std::string name = log.FindString("log") ? Text(log, "log") : Text(log, "log_id");
  if (const std::uint64_t evidence = Number(log, "evidence"); evidence > 0) {
    facts.warnings.push_back(
        fmt::format("log {}: {} of evidence", name, Counted(evidence, "piece")));
  }
  if (const std::uint64_t failures = Number(log, "failures"); failures > 0) {
    facts.warnings.push_back(
        failures == 1
            ? fmt::format("log {}: its last audit failed: {}", name, Text(log, "last_failure"))
            : fmt::format("log {}: {} audits in a row failed, the last: {}", name, failures,
                          Text(log, "last_failure")));
  }
}

std::optional<AuditFacts> ReadAudits(const json::Value& root) {
  const json::Value audits = Part(root, "audits");
  if (!audits.IsObject()) {
    return std::nullopt;
  }
  return AuditFacts{IsTrue(audits, "on"), Number(audits, "logs"), Number(audits, "audited"),
                    Text(audits, "last"), Text(audits, "next")};
}

void ReadGossip(DaemonFacts& facts, const json::Value& root) {
  const json::Value gossip = Part(root, "gossip");
  Part(gossip, "listens").ForEachElement([&facts](const json::Value& place) {
    facts.gossip_places.emplace_back(place.AsString().value_or(""));
    return true;
  });
  Part(gossip, "invalid_scts").ForEachElement([&facts](const json::Value& /*sct*/) {
    ++facts.num_invalid_scts;
    return true;
  });
  const json::Value counters = Part(root, "counters");
  facts.num_gossip_requests = Number(counters, "gossip_requests");
  facts.num_gossip_heads = Number(counters, "gossip_heads_stored");
  facts.num_gossip_scts = Number(counters, "gossip_scts");
}

Descriptor Connect(const std::string& path) {
  SocketAddress address = {};
  address.unix_path = {};
  if (path.size() >= sizeof(address.unix_path.sun_path)) {
    errno = ENAMETOOLONG;
    return Descriptor(-1);
  }
  address.unix_path.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), std::begin(address.unix_path.sun_path));
  Descriptor made(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  return connect(made.fd(), &address.any, sizeof(address.unix_path)) == 0 ? std::move(made)
                                                                          : Descriptor(-1);
}

// ReadAnswer reads until the daemon hangs up.
Outcome<ByteVector> ReadAnswer(int fd, const Deadline& deadline) {
  ByteVector answer;
  std::array<std::uint8_t, 16384> chunk;
  while (answer.size() <= kMaxControlAnswerSize) {
    if (!WaitFor(fd, POLLIN, deadline)) {
      return Sorry("no answer in time");
    }
    const ssize_t len = recv(fd, chunk.data(), chunk.size(), 0);
    if (len == 0) {
      return answer;
    }
    if (len > 0) {
      Append(answer, Bytes(chunk).first(static_cast<std::size_t>(len)));
    } else if (errno != EAGAIN && errno != EINTR) {
      return Sorry(SystemMessage(errno));
    }
  }
  return Sorry("says too much");
}

}  // namespace

Outcome<DaemonFacts> DecodeDaemonFacts(Bytes answer) {
  const Result<json::Document> document = json::Document::Decode(answer, kMaxControlAnswerSize);
  if (!document || !document->root().IsObject()) {
    return Sorry("its answer is not JSON");
  }
  const json::Value root = document->root();
  if (root.Find("error")) {
    return Sorry("it did not understand the question; it may be of another version");
  }
  DaemonFacts facts;
  facts.json = AsText(answer);
  std::erase(facts.json, '\n');  // in no JSON string
  facts.version = Text(root, "version");
  facts.pid = Number(root, "pid");
  facts.started = Text(root, "started");
  facts.mode = Text(root, "mode");
  facts.policy = Text(root, "policy");
  const json::Value list = Part(root, "log_list");
  facts.has_list = IsTrue(list, "loaded");
  facts.list_timestamp = Text(list, "timestamp");
  facts.is_list_stale = IsTrue(list, "stale");
  facts.num_logs = Number(list, "logs");
  const json::Value pool = Part(root, "pool");
  facts.num_scts = Number(pool, "scts");
  facts.num_pending_scts = Number(pool, "pending_scts");
  facts.num_evidence = Number(pool, "evidence");
  const json::Value counters = Part(root, "counters");
  facts.num_observations = Number(counters, "observations");
  facts.num_checks = Number(counters, "checks");
  facts.num_refused = Number(counters, "checks_refused");
  facts.audits = ReadAudits(root);
  ReadGossip(facts, root);
  Part(root, "problems").ForEachElement([&facts](const json::Value& problem) {
    facts.warnings.emplace_back(problem.AsString().value_or(""));
    return true;
  });
  Part(root, "logs").ForEachElement([&facts](const json::Value& log) {
    AddLog(facts, log);
    return true;
  });
  return facts;
}

tl::expected<DaemonFacts, DaemonSilence> AskDaemon(const std::string& socket,
                                                   const Deadline& deadline) {
  const auto silent = [&socket](const std::string& reason, bool has_no_socket = false) {
    return tl::unexpected<DaemonSilence>(
        {has_no_socket, fmt::format("does not answer at {} ({})", Printable(socket), reason)});
  };
  const Descriptor connection = Connect(socket);
  if (connection.fd() < 0) {
    const int fault = errno;
    return silent(
        SystemMessage(fault) + (fault == EACCES ? ": run as root, or join its group" : ""),
        fault == ENOENT);
  }
  if (send(connection.fd(), kQuestion.data(), kQuestion.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(kQuestion.size())) {
    return silent(SystemMessage(errno));
  }
  shutdown(connection.fd(), SHUT_WR);
  const Outcome<ByteVector> answer = ReadAnswer(connection.fd(), deadline);
  if (!answer) {
    return silent(answer.error());
  }
  Outcome<DaemonFacts> facts = DecodeDaemonFacts(*answer);
  if (!facts) {
    return silent(facts.error());
  }
  return *std::move(facts);
}

}  // namespace tattle::cli
