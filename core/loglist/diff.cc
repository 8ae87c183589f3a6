// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/loglist/diff.h"

#include <map>
#include <set>
#include <utility>

#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/time.h"

namespace tattle {
namespace {

// Each of these says one property of a log in words, such that two logs have the same words if and
// only if they have the same property.

std::string StateText(const Log& log) {
  std::string out(LogStateName(log.state));
  if (log.state_since_ms != 0) {
    out += " since " + EncodeRfc3339(log.state_since_ms);
  }
  return out;
}

std::string OperatorText(const Log& log) {
  return log.operator_name;
}

std::string PreviousOperatorsText(const Log& log) {
  std::string out;
  for (const PreviousOperator& previous : log.previous_operators) {
    out += out.empty() ? "" : ", ";
    out += json::Quote(previous.name) + " until " + EncodeRfc3339(previous.end_ms);
  }
  return out;
}

std::string IntervalText(const Log& log) {
  if (!log.temporal_interval) {
    return "";
  }
  return EncodeRfc3339(log.temporal_interval->start_ms) + " to " +
         EncodeRfc3339(log.temporal_interval->end_ms);
}

std::string TypeText(const Log& log) {
  return std::string(LogTypeName(log.type));
}

std::string KindText(const Log& log) {
  return std::string(LogKindName(log.kind));
}

std::string DescriptionText(const Log& log) {
  return log.description;
}

std::string UrlText(const Log& log) {
  return log.url;
}

std::string MonitoringUrlText(const Log& log) {
  return log.monitoring_url;
}

std::string MmdText(const Log& log) {
  return std::to_string(log.mmd_s) + " s";
}

std::string FinalTreeHeadText(const Log& log) {
  if (!log.final_tree_head) {
    return "";
  }
  return "size " + std::to_string(log.final_tree_head->tree_size) + " root " +
         EncodeBase64(log.final_tree_head->sha256_root_hash);
}

struct Property {
  LogChange change;
  std::string (*text)(const Log&);
};

constexpr Property kProperties[] = {
    {LogChange::kState, StateText},
    {LogChange::kOperator, OperatorText},
    {LogChange::kPreviousOperators, PreviousOperatorsText},
    {LogChange::kInterval, IntervalText},
    {LogChange::kType, TypeText},
    {LogChange::kKind, KindText},
    {LogChange::kDescription, DescriptionText},
    {LogChange::kUrl, UrlText},
    {LogChange::kUrl, MonitoringUrlText},
    {LogChange::kMmd, MmdText},
    {LogChange::kFinalTreeHead, FinalTreeHeadText},
};

LogDifference About(const Log& log, LogChange change, std::string before, std::string after) {
  return {change,          log.log_id, log.description, log.operator_name, std::move(before),
          std::move(after)};
}

LogDifference AboutDenied(const LogList& list, const DeniedLog& denied, LogChange change) {
  const Log* log = list.Find(denied.log_id);
  return {change,
          denied.log_id,
          log == nullptr ? "" : log->description,
          log == nullptr ? "" : log->operator_name,
          "",
          denied.reason};
}

// FindReplaced pairs a log that only `newer` has with one that only `older` has and that stood at
// the same URL; one to one, keyed by the newer log's id.
std::map<LogId, const Log*> FindReplaced(const LogList& older, const LogList& newer) {
  std::map<std::string_view, const Log*> removed;
  for (const Log& log : older.content().logs) {
    if (!log.url.empty() && newer.Find(log.log_id) == nullptr) {
      removed.emplace(log.url, &log);
    }
  }
  std::map<LogId, const Log*> replaced;
  for (const Log& log : newer.content().logs) {
    const auto found = removed.find(log.url);
    if (found != removed.end() && older.Find(log.log_id) == nullptr) {
      replaced.emplace(log.log_id, found->second);
      removed.erase(found);
    }
  }
  return replaced;
}

void DiffProperties(const Log& before, const Log& after, std::vector<LogDifference>& out) {
  for (const Property& property : kProperties) {
    std::string before_text = property.text(before);
    std::string after_text = property.text(after);
    if (before_text != after_text) {
      out.push_back(About(after, property.change, std::move(before_text), std::move(after_text)));
    }
  }
}

void DiffDenied(const LogList& older, const LogList& newer, std::vector<LogDifference>& out) {
  for (const DeniedLog& denied : older.content().denied) {
    if (newer.FindDenied(denied.log_id) == nullptr) {
      out.push_back(AboutDenied(newer, denied, LogChange::kNoLongerDenied));
    }
  }
  for (const DeniedLog& denied : newer.content().denied) {
    if (older.FindDenied(denied.log_id) == nullptr) {
      out.push_back(AboutDenied(newer, denied, LogChange::kDenied));
    }
  }
}

}  // namespace

std::vector<LogDifference> DiffLogLists(const LogList& older, const LogList& newer) {
  std::vector<LogDifference> out;
  const std::map<LogId, const Log*> replaced = FindReplaced(older, newer);
  std::set<LogId> replaced_ids;
  for (const auto& entry : replaced) {
    replaced_ids.insert(entry.second->log_id);
  }
  for (const Log& log : older.content().logs) {
    if (newer.Find(log.log_id) == nullptr && replaced_ids.count(log.log_id) == 0) {
      out.push_back(About(log, LogChange::kRemoved, StateText(log), ""));
    }
  }
  for (const Log& log : newer.content().logs) {
    const auto found = replaced.find(log.log_id);
    if (found != replaced.end()) {
      out.push_back(About(log, LogChange::kKey, EncodeBase64(found->second->log_id),
                          EncodeBase64(log.log_id)));
      DiffProperties(*found->second, log, out);
    } else if (const Log* before = older.Find(log.log_id); before != nullptr) {
      DiffProperties(*before, log, out);
    } else {
      out.push_back(About(log, LogChange::kAdded, "", StateText(log)));
    }
  }
  DiffDenied(older, newer, out);
  return out;
}

std::string_view LogChangeName(LogChange change) {
  switch (change) {
    case LogChange::kAdded:
      return "added";
    case LogChange::kRemoved:
      return "removed";
    case LogChange::kKey:
      return "key";
    case LogChange::kState:
      return "state";
    case LogChange::kOperator:
      return "operator";
    case LogChange::kPreviousOperators:
      return "previous_operators";
    case LogChange::kInterval:
      return "interval";
    case LogChange::kType:
      return "type";
    case LogChange::kKind:
      return "kind";
    case LogChange::kDescription:
      return "description";
    case LogChange::kUrl:
      return "url";
    case LogChange::kMmd:
      return "mmd";
    case LogChange::kFinalTreeHead:
      return "final_tree_head";
    case LogChange::kDenied:
      return "denied";
    case LogChange::kNoLongerDenied:
      return "no_longer_denied";
  }
  return "unknown";
}

}  // namespace tattle
