// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The vectors of tests/vectors/gossip, made by another implementation: one folder a reason. Their
// format is in tests/vectors/README.md; a member that this test does not know fails it.

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/base/time.h"
#include "core/data/pinned_log_list.h"
#include "core/gossip/bounds.h"
#include "core/gossip/feedback_check.h"
#include "core/gossip/head_check.h"
#include "core/gossip/header.h"
#include "core/gossip/trusted_auditor.h"
#include "core/loglist/decode.h"
#include "tests/testlib/real_data.h"

namespace tattle::gossip_vectors_test {
namespace {

using std::filesystem::path;
using Words = std::vector<std::string>;

path VectorsFolder() {
  return path(TATTLE_SOURCE_ROOT) / "tests" / "vectors";
}

Words GossipVectorNames() {
  Words names;
  for (const auto& entry : std::filesystem::directory_iterator(VectorsFolder() / "gossip")) {
    if (std::filesystem::exists(entry.path() / "expect.json")) {
      names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

LogList ListAt(const path& file) {
  const Result<LogList> list = DecodeLogList(testlib::ReadFile(file));
  EXPECT_TRUE(list) << file;
  return *list;
}

Words WordsOf(json::Value array) {
  Words words;
  array.ForEachElement([&](json::Value word) {
    words.emplace_back(word.AsString().value_or("?"));
    return true;
  });
  return words;
}

std::string_view DialectName(HeadDialect dialect) {
  constexpr std::string_view kNames[] = {"sths", "sth_gossip", "versioned"};
  return kNames[static_cast<std::size_t>(dialect) - 1];
}

std::string_view DialectName(FeedbackDialect dialect) {
  constexpr std::string_view kNames[] = {"entry", "sct_objects", "sct_feedback",
                                         "array", "array_pem",   "array_versioned"};
  return kNames[static_cast<std::size_t>(dialect) - 1];
}

std::string_view StatusName(FeedbackStatus status) {
  constexpr std::string_view kNames[] = {"not_ours", "no_leaf", "checked"};
  return kNames[static_cast<std::size_t>(status)];
}

class GossipVectorsTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const path folder = VectorsFolder() / "gossip" / GetParam();
    body_ = testlib::ReadFile(folder / "body");
    Result<json::Document> document =
        json::Document::Decode(testlib::ReadFile(folder / "expect.json"), kMaxJsonSize);
    ASSERT_TRUE(document);
    expect_.emplace(*std::move(document));
    want().ForEachMember([](std::string_view name, json::Value) {
      const std::set<std::string_view> known = {"reason",  "kind",  "dialect",  "error",
                                                "heads",   "skips", "now_ms",   "names",
                                                "entries", "known", "num_scts", "num_entries"};
      EXPECT_TRUE(known.contains(name)) << "unknown member " << name;
      return true;
    });
  }

  json::Value want() const { return expect_->root(); }

  // ExpectError is true where an error is wanted; anything else is then not to be looked at.
  template <typename T>
  bool ExpectError(const Result<T>& result) const {
    const auto error = want().FindString("error");
    EXPECT_EQ(result.has_value(), !error.has_value());
    if (!result) {
      EXPECT_EQ(ErrcName(result.error().code), error.value_or("no error"));
    }
    return error.has_value() || !result.has_value();
  }

  void ExpectSkips(const SkipCounts& skips) const {
    std::map<std::string, std::uint64_t> counted;
    for (const SkipReason& reason : skips.reasons()) {
      counted[std::string(ErrcName(reason.error.code))] += reason.count;
    }
    std::map<std::string, std::uint64_t> wanted;
    if (const auto object = want().Find("skips")) {
      object->ForEachMember([&](std::string_view name, json::Value count) {
        wanted[std::string(name)] = count.AsUint64().value();
        return true;
      });
    }
    EXPECT_EQ(counted, wanted);
  }

  void ExpectHeads(const std::vector<GossipHead>& heads) const {
    static const LogList pinned = *DecodeLogList(PinnedLogListJson());
    HeadChecker checker(pinned, want().FindUint64("now_ms").value(), nullptr);
    Words statuses;
    for (const GossipHead& head : heads) {
      const Result<CheckedHead> checked = checker.Check(head);
      ASSERT_TRUE(checked);
      statuses.emplace_back(HeadStatusName(checked->status));
    }
    EXPECT_EQ(statuses, WordsOf(want().Find("heads").value()));
  }

  void ExpectEntries(const std::vector<FeedbackEntry>& entries) const {
    const LogList logs = ListAt(VectorsFolder() / "verify" / "log_list.json");
    const auto named = want().Find("names");
    const Words names = named ? WordsOf(*named) : Words{"leaf.example"};
    FeedbackChecker checker(logs, names, *DecodeRfc3339("2026-11-01T00:00:00Z"),
                            FeedbackDepth::kLeaf, nullptr);
    std::size_t i = 0;
    std::size_t num_known = 0;
    want().Find("entries")->ForEachElement([&](json::Value wanted) {
      if (i >= entries.size()) {
        ADD_FAILURE() << "entry " << i << " is missing";
        return false;
      }
      const Result<CheckedFeedback> checked = checker.Check(entries[i++]);
      EXPECT_EQ(StatusName(checked->status), wanted.FindString("status"));
      EXPECT_LE(checked->x509_chain.size(), 1U);
      Words statuses;
      for (const CheckedSct& sct : checked->scts) {
        statuses.emplace_back(SctStatusName(sct.status));
        num_known += sct.is_known ? 1U : 0U;
      }
      EXPECT_EQ(statuses, WordsOf(wanted.Find("scts").value()));
      return true;
    });
    EXPECT_EQ(i, entries.size());
    EXPECT_EQ(num_known, want().FindUint64("known").value_or(0));
  }

  void CheckHeads() const {
    const Result<HeadMessage> message = DecodeHeads(body_);
    if (!ExpectError(message)) {
      EXPECT_EQ(DialectName(message->dialect), want().FindString("dialect"));
      ExpectSkips(message->skips);
      ExpectHeads(message->heads);
    }
  }

  void CheckFeedback() const {
    const Result<FeedbackMessage> message = DecodeFeedback(body_, kMaxFeedbackSize);
    if (!ExpectError(message)) {
      EXPECT_EQ(DialectName(message->dialect), want().FindString("dialect"));
      ExpectSkips(message->skips);
      ExpectEntries(message->entries);
    }
  }

  void CheckHeader() const {
    std::vector<std::string_view> lines;
    std::string_view rest = AsText(body_);
    while (!rest.empty()) {
      lines.push_back(rest.substr(0, rest.find('\n')));
      rest.remove_prefix(lines.back().size() + 1);
    }
    const Result<TransGossipContent> content = DecodeTransGossip(lines);
    if (!ExpectError(content)) {
      ExpectSkips(content->skips);
      ExpectHeads(content->heads);
      std::size_t num_scts = 0;
      for (const FeedbackEntry& entry : content->feedback) {
        num_scts += entry.scts.size();
      }
      EXPECT_EQ(num_scts, want().FindUint64("num_scts").value_or(0));
    }
  }

  void CheckAuditor() const {
    const Result<AuditorMessage> message = DecodeTrustedAuditor(body_);
    if (!ExpectError(message)) {
      SkipCounts skips = message->feedback.skips;
      skips.Add(message->heads.skips);
      ExpectSkips(skips);
      EXPECT_EQ(message->feedback.entries.size(), want().FindUint64("num_entries"));
      ExpectHeads(message->heads.heads);
    }
  }

  ByteVector body_;
  std::optional<json::Document> expect_;
};

TEST_P(GossipVectorsTest, IsReadAsItSays) {
  const std::string_view kind = want().FindString("kind").value();
  if (kind == "heads") {
    CheckHeads();
  } else if (kind == "feedback") {
    CheckFeedback();
  } else if (kind == "header") {
    CheckHeader();
  } else {
    ASSERT_EQ(kind, "auditor");
    CheckAuditor();
  }
}

INSTANTIATE_TEST_SUITE_P(Gossip, GossipVectorsTest, testing::ValuesIn(GossipVectorNames()),
                         [](const testing::TestParamInfo<std::string>& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace tattle::gossip_vectors_test
