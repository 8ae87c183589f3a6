// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/submit/report.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "adapters/cli/output/columns.h"
#include "adapters/cli/output/json_member.h"
#include "adapters/cli/submit/sct_folder.h"
#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/time.h"

namespace tattle::cli {
namespace {

using json::Quote;

constexpr double kMsPerSecondReal = 1000;

std::string Seconds(std::uint64_t elapsed_ms) {
  return fmt::format("{:.1f} s", static_cast<double>(elapsed_ms) / kMsPerSecondReal);
}

// StateText is how an attempt ended, or how it stands, for people.
std::string StateText(const Attempt& attempt) {
  switch (attempt.state) {
    case AttemptState::kAsking:
      return "is asked";
    case AttemptState::kSlow:
      return "is slow";
    case AttemptState::kObtained:
      return "SCT";
    case AttemptState::kRefusesRoot:
      return "refuses";
    case AttemptState::kFailed:
      return "failed";
    case AttemptState::kNotAwaited:
      return "not awaited";
  }
  return "failed";
}

bool WasAsked(const SubmitResult& result, const Log* log) {
  const std::vector<Attempt>& attempts = result.submission.attempts;
  return std::any_of(attempts.begin(), attempts.end(),
                     [&](const Attempt& attempt) { return attempt.log == log; });
}

// TellsUnfit: the logs that take no such certificate are of interest where one asks which would be
// asked, and where too few are left.
bool TellsUnfit(const SubmitResult& result) {
  return result.deed == SubmitDeed::kWouldAsk || !result.submission.verdict.compliant;
}

// NamesUnfit: of a whole list most are unfit, for another year, so that they hide the others. Those
// that a person has named are few.
bool NamesUnfit(const SubmitResult& result, bool verbose) {
  return TellsUnfit(result) && (verbose || !result.job.only.empty());
}

// AddUnasked adds the logs that nobody asked.
void AddUnasked(const SubmitResult& result, bool verbose, std::vector<Row>& rows) {
  for (const Log* log : result.choice.fit) {
    if (result.deed == SubmitDeed::kWouldAsk && !WasAsked(result, log)) {
      rows.push_back({log->description, log->operator_name, "in reserve", "", ""});
    }
  }
  if (!NamesUnfit(result, verbose)) {
    return;
  }
  for (const UnfitLog& unfit : result.choice.unfit) {
    rows.push_back(
        {unfit.log->description, unfit.log->operator_name, "not asked", "", unfit.reason});
  }
}

std::string RenderUnfit(const SubmitResult& result, bool verbose) {
  const std::size_t number = result.choice.unfit.size();
  if (number == 0 || !TellsUnfit(result) || NamesUnfit(result, verbose)) {
    return "";
  }
  return fmt::format(
      "not asked: {} that {} no such certificate or would not count; --verbose "
      "says why\n",
      number == 1 ? "1 other log" : fmt::format("{} other logs", number),
      number == 1 ? "takes" : "take");
}

std::string PaintState(const std::string& cell, const Style& style) {
  if (cell == "SCT" || cell == "first") {
    return style.Good(cell);
  }
  return cell == "failed" || cell == "refuses" ? style.Bad(cell) : style.Doubtful(cell);
}

std::string RenderLogs(const SubmitResult& result, const Style& style, bool verbose) {
  std::vector<Row> rows = {{"LOG", "OPERATOR", "STATE", "TIME", ""}};
  const bool dry = result.deed == SubmitDeed::kWouldAsk;
  for (const Attempt& attempt : result.submission.attempts) {
    rows.push_back({attempt.log->description, attempt.log->operator_name,
                    dry ? "first" : StateText(attempt), dry ? "" : Seconds(attempt.elapsed_ms),
                    attempt.reason});
  }
  AddUnasked(result, verbose, rows);
  constexpr std::size_t kAttemptState = 2;
  return FormatColumns(rows, [&](std::size_t row, std::size_t column, const std::string& cell) {
    if (row == 0) {
      return style.Strong(cell);
    }
    return column == kAttemptState ? PaintState(cell, style) : cell;
  });
}

std::string RenderVerdict(const SubmitResult& result, const Style& style) {
  const Verdict& verdict = result.submission.verdict;
  const std::string_view policy = PolicyName(result.job.policy);
  std::string out;
  if (result.deed == SubmitDeed::kWouldAsk) {
    out = verdict.compliant ? style.Good("would suffice") : style.Bad("would not suffice");
  } else {
    out = verdict.compliant ? style.Good("enough") : style.Bad("not enough");
  }
  out += fmt::format(" for {}", policy);
  const char* separator = ": ";
  for (const Reason& reason : verdict.reasons) {
    out += separator + Printable(reason.text);
    separator = "\n  ";
  }
  return out + "\n";
}

std::string AbsolutePath(const std::string& path) {
  return Printable(std::filesystem::absolute(path).lexically_normal().string());
}

// RenderUse says how servers are given what was written.
std::string RenderUse(const SubmitResult& result) {
  const SctFolderFiles files = FilesOf(result.job.folder, result.record);
  if (result.record.is_precertificate) {
    return fmt::format("SCT list for the certificate's extension: {}\n", AbsolutePath(files.list));
  }
  return fmt::format(
      "nginx:   ct_scts {};\n"
      "         without Tattle's module: ssl_conf_command ServerInfoFile {};\n"
      "HAProxy: link {} beside the certificate file (TLS 1.2 only)\n",
      AbsolutePath(result.job.folder), AbsolutePath(files.server_info),
      AbsolutePath(files.haproxy));
}

// RenderKept says what a folder has that needs no renewal.
std::string RenderKept(const SubmitResult& result, const Style& style) {
  std::string names;
  for (const RecordedSct& sct : result.record.scts) {
    names += (names.empty() ? "" : ", ") + Printable(sct.log);
  }
  return style.Good("nothing to do") + fmt::format(": the SCTs in {} satisfy {}: {}\n",
                                                   Printable(result.job.folder),
                                                   PolicyName(result.job.policy), names);
}

std::string LogMembers(const Log& log, std::string_view state, std::string_view reason) {
  return "{\"log\":" + Quote(log.description) +
         JsonMember("log_id", Quote(EncodeBase64(log.log_id))) +
         JsonMember("operator", Quote(log.operator_name)) + JsonMember("state", Quote(state)) +
         JsonMember("reason", JsonTextOrNull(reason));
}

std::string UnaskedJson(const Log& log, std::string_view state, std::string_view reason) {
  return LogMembers(log, state, reason) + JsonMember("elapsed_ms", JsonNull()) +
         JsonMember("timestamp_ms", JsonNull()) + JsonMember("sct", JsonNull()) + '}';
}

std::string AttemptJson(const SubmitResult& result, const Attempt& attempt) {
  if (result.deed == SubmitDeed::kWouldAsk) {
    return UnaskedJson(*attempt.log, "first", "");
  }
  return LogMembers(*attempt.log, AttemptStateName(attempt.state), attempt.reason) +
         JsonMember("elapsed_ms", std::to_string(attempt.elapsed_ms)) +
         JsonMember("timestamp_ms",
                    attempt.facts ? std::to_string(attempt.facts->timestamp_ms) : JsonNull()) +
         JsonMember("sct", attempt.facts ? Quote(EncodeBase64(attempt.sct)) : JsonNull()) + '}';
}

std::string LogsJson(const SubmitResult& result) {
  std::string out = "[";
  const auto add = [&](const std::string& element) {
    out.append(out.size() > 1 ? "," : "").append(element);
  };
  for (const Attempt& attempt : result.submission.attempts) {
    add(AttemptJson(result, attempt));
  }
  for (const Log* log : result.choice.fit) {
    if (!WasAsked(result, log)) {
      add(UnaskedJson(*log, "unasked", ""));
    }
  }
  for (const UnfitLog& unfit : result.choice.unfit) {
    add(UnaskedJson(*unfit.log, "unfit", unfit.reason));
  }
  return out + ']';
}

std::string ReasonsJson(const Verdict& verdict) {
  std::string out = "[";
  for (const Reason& reason : verdict.reasons) {
    out.append(out.size() > 1 ? "," : "");
    out += "{\"code\":" + Quote(ReasonCodeName(reason.code)) +
           JsonMember("text", Quote(reason.text)) + '}';
  }
  return out + ']';
}

}  // namespace

std::string RenderProgress(const Attempt& attempt) {
  std::string out = fmt::format("{}: {}", Sanitize(attempt.log->description), StateText(attempt));
  if (attempt.state != AttemptState::kAsking) {
    out += fmt::format(", {}", Seconds(attempt.elapsed_ms));
  }
  if (attempt.state == AttemptState::kSlow) {
    out += ": one more log is asked";
  }
  return (attempt.reason.empty() ? out : out + ": " + Printable(attempt.reason)) + "\n";
}

std::string RenderSubmit(const SubmitResult& result, const Style& style, bool verbose) {
  if (result.deed == SubmitDeed::kNone) {
    return "";
  }
  std::string out = style.Strong(Printable(result.job.chain_file));
  if (result.wanted) {
    const std::string end = EncodeRfc3339(result.wanted->not_after_ms);
    out += fmt::format(": {}ends {}", result.wanted->is_precertificate ? "a precertificate, " : "",
                       end.substr(0, end.find('T')));
  }
  out += result.cause.empty() ? "\n" : "; " + Printable(result.cause) + "\n";
  if (result.deed == SubmitDeed::kNothingToDo) {
    return out + RenderKept(result, style);
  }
  out += RenderLogs(result, style, verbose) + RenderUnfit(result, verbose) +
         RenderVerdict(result, style);
  if (result.deed == SubmitDeed::kObtained) {
    out += RenderUse(result);
  } else if (result.deed == SubmitDeed::kNotEnough && !result.job.folder.empty()) {
    out += fmt::format("nothing was written to {}\n", Printable(result.job.folder));
  }
  return out;
}

std::string RenderSubmitJson(const SubmitResult& result) {
  const bool judged = result.deed == SubmitDeed::kWouldAsk ||
                      result.deed == SubmitDeed::kObtained || result.deed == SubmitDeed::kNotEnough;
  std::string out = "{\"certificate\":" + JsonTextOrNull(result.job.chain_file);
  out += JsonMember("certificate_sha256",
                    result.wanted ? Quote(Hex(result.wanted->fingerprint)) : JsonNull());
  out += JsonMember("folder", JsonTextOrNull(result.job.folder));
  out += JsonMember("policy", Quote(PolicyName(result.job.policy)));
  out += JsonMember("did", Quote(SubmitDeedName(result.deed)));
  out += JsonMember("cause", JsonTextOrNull(result.cause));
  out += JsonMember("error", JsonTextOrNull(result.error));
  out +=
      JsonMember("compliant", judged ? JsonBool(result.submission.verdict.compliant) : JsonNull());
  out += JsonMember("reasons", judged ? ReasonsJson(result.submission.verdict) : JsonNull());
  out += JsonMember("logs", LogsJson(result));
  return out + "}\n";
}

}  // namespace tattle::cli
