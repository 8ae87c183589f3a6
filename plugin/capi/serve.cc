// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// serve.h.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include <tattle/serve.h>

#include "core/policy/policy.h"
#include "core/serve/choose.h"
#include "core/serve/sct_matcher.h"
#include "plugin/capi/enums.h"
#include "plugin/capi/guard.h"
#include "plugin/capi/handle.h"
#include "plugin/capi/serve_handle.h"

namespace {

using tattle::Bytes;
using tattle::CountedSct;
using tattle::Outlook;
using tattle::Policy;
using tattle::Result;
using tattle::SctChoice;
using tattle::SctMatcher;
using tattle::SctNote;
using tattle::capi::BytesFrom;
using tattle::capi::Change;
using tattle::capi::Failed;
using tattle::capi::Get;
using tattle::capi::Make;
using tattle::capi::Misused;
using tattle::capi::Number;
using tattle::capi::Outcome;
using tattle::capi::SctChoiceContent;

using Notes = std::vector<SctNote>;

// ChangeScts is Change of a tattle_scts.
template <typename Body>
tattle_status ChangeScts(const tattle_scts* scts, tattle_diag* diag, Body body) {
  return Change(scts, diag, body, "scts", "is no tattle_scts");
}

Outcome<void> Done(const Result<void>& result) {
  return result ? Outcome<void>() : Failed(result.error());
}

Outcome<std::unique_ptr<SctMatcher>> MakeMatcher(const tattle_log_list* list) {
  const auto* content = tattle_log_list::Open(list);
  if (content == nullptr) {
    return Misused("list", "is no log list");
  }
  return std::make_unique<SctMatcher>(content->logs);
}

Outcome<void> AddCertificate(SctMatcher& matcher, uint64_t* out_number, const Outcome<Bytes>& leaf,
                             const Outcome<Bytes>& issuer) {
  if (out_number == nullptr) {
    return Misused("out_number");
  }
  if (!leaf || !issuer) {
    return tl::unexpected((leaf ? issuer : leaf).error());
  }
  const Result<uint64_t> number = matcher.AddCertificate(*leaf, *issuer);
  if (!number) {
    return Failed(number.error());
  }
  *out_number = *number;
  return {};
}

Outcome<void> Match(SctMatcher& matcher, int32_t* out_done, size_t max_checks) {
  if (out_done == nullptr) {
    return Misused("out_done");
  }
  const Result<bool> done = matcher.Match(max_checks);
  if (!done) {
    return Failed(done.error());
  }
  *out_done = *done ? 1 : 0;
  return {};
}

Outcome<Notes> MakeNotes(const tattle_scts* scts) {
  const auto* matcher = tattle_scts::Open(scts);
  if (matcher == nullptr) {
    return Misused("scts", "is no tattle_scts");
  }
  return (*matcher)->Notes();
}

Outcome<SctChoiceContent> Choose(const tattle_scts* scts, uint64_t number, tattle_policy policy,
                                 uint64_t now_ms) {
  const auto* matcher = tattle_scts::Open(scts);
  if (matcher == nullptr) {
    return Misused("scts", "is no tattle_scts");
  }
  const std::span<const Policy> policies = tattle::AllPolicies();
  const auto known = std::find_if(policies.begin(), policies.end(),
                                  [policy](Policy each) { return Number(each) == policy; });
  if (known == policies.end()) {
    return Misused("policy", "is no policy");
  }
  if (!(*matcher)->HasCertificate(number)) {
    return Misused("number", "is that of no certificate");
  }
  Result<SctChoice> choice = (*matcher)->Choose(number, *known, now_ms);
  if (!choice) {
    return Failed(choice.error());
  }
  auto notes = std::make_unique<const tattle_sct_notes>((*matcher)->RefusalNotes(number, *choice));
  return SctChoiceContent{*std::move(choice), std::move(notes)};
}

// GetNote asks one note; `otherwise` also if the index is out of range.
template <typename Answer, typename Ask>
Answer GetNote(const tattle_sct_notes* notes, size_t index, Answer otherwise, Ask ask) {
  return Get(notes, otherwise, [&](const Notes& all) -> Answer {
    return index < all.size() ? ask(all[index]) : otherwise;
  });
}

// GetChoice asks a choice.
template <typename Answer, typename Ask>
Answer GetChoice(const tattle_sct_choice* choice, Answer otherwise, Ask ask) {
  return Get(choice, otherwise,
             [&](const SctChoiceContent& content) -> Answer { return ask(content.choice); });
}

// GetOutlook asks what a policy says; `otherwise` also if there is no such policy.
template <typename Answer, typename Ask>
Answer GetOutlook(const tattle_sct_choice* choice, tattle_policy policy, Answer otherwise,
                  Ask ask) {
  return GetChoice(choice, otherwise, [&](const SctChoice& content) -> Answer {
    for (const Outlook& outlook : content.outlooks) {
      if (Number(outlook.policy) == policy) {
        return ask(outlook);
      }
    }
    return otherwise;
  });
}

// GetCounted asks one SCT; `otherwise` also if the index is out of range.
template <typename Answer, typename Ask>
Answer GetCounted(const tattle_sct_choice* choice, size_t index, Answer otherwise, Ask ask) {
  return GetChoice(choice, otherwise, [&](const SctChoice& content) -> Answer {
    return index < content.counted.size() ? ask(content.counted[index]) : otherwise;
  });
}

}  // namespace

tattle_status tattle_scts_new(const tattle_log_list* list, tattle_scts** out, tattle_diag* diag) {
  return Make(out, diag, [=] { return MakeMatcher(list); });
}

void tattle_scts_free(tattle_scts* scts) {
  tattle::capi::Free(scts);
}

tattle_status tattle_scts_set_log_list(tattle_scts* scts, const tattle_log_list* list,
                                       tattle_diag* diag) {
  return ChangeScts(scts, diag, [=](SctMatcher& matcher) -> Outcome<void> {
    const auto* content = tattle_log_list::Open(list);
    if (content == nullptr) {
      return Misused("list", "is no log list");
    }
    matcher.SetLogs(content->logs);
    return {};
  });
}

tattle_status tattle_scts_set_file(tattle_scts* scts, const char* name, const uint8_t* bytes,
                                   size_t bytes_len, tattle_diag* diag) {
  return ChangeScts(scts, diag, [=](SctMatcher& matcher) -> Outcome<void> {
    if (name == nullptr) {
      return Misused("name");
    }
    return BytesFrom(bytes, bytes_len, "bytes").and_then([&](Bytes content) {
      return Done(matcher.SetFile(name, content));
    });
  });
}

void tattle_scts_remove_file(tattle_scts* scts, const char* name) {
  ChangeScts(scts, nullptr, [=](SctMatcher& matcher) -> Outcome<void> {
    if (name != nullptr) {
      matcher.RemoveFile(name);
    }
    return {};
  });
}

// Bytes cross as a pointer and a length each.
// NOLINTNEXTLINE(readability-function-size)
tattle_status tattle_scts_add_certificate(tattle_scts* scts, uint64_t* out_number,
                                          const uint8_t* leaf, size_t leaf_len,
                                          const uint8_t* issuer, size_t issuer_len,
                                          tattle_diag* diag) {
  return ChangeScts(scts, diag, [=](SctMatcher& matcher) {
    return AddCertificate(matcher, out_number, BytesFrom(leaf, leaf_len, "leaf"),
                          BytesFrom(issuer, issuer_len, "issuer"));
  });
}

void tattle_scts_remove_certificate(tattle_scts* scts, uint64_t number) {
  ChangeScts(scts, nullptr, [=](SctMatcher& matcher) -> Outcome<void> {
    matcher.RemoveCertificate(number);
    return {};
  });
}

tattle_status tattle_scts_match(tattle_scts* scts, int32_t* out_done, size_t max_checks,
                                tattle_diag* diag) {
  return ChangeScts(scts, diag,
                    [=](SctMatcher& matcher) { return Match(matcher, out_done, max_checks); });
}

tattle_status tattle_sct_notes_new(const tattle_scts* scts, tattle_sct_notes** out,
                                   tattle_diag* diag) {
  return Make(out, diag, [=] { return MakeNotes(scts); });
}

void tattle_sct_notes_free(tattle_sct_notes* notes) {
  tattle::capi::Free(notes);
}

size_t tattle_sct_notes_num(const tattle_sct_notes* notes) {
  return Get(notes, size_t{0}, [](const Notes& all) { return all.size(); });
}

const char* tattle_sct_notes_get0_file(const tattle_sct_notes* notes, size_t index) {
  return GetNote(notes, index, "", [](const SctNote& note) { return note.file.c_str(); });
}

size_t tattle_sct_notes_number(const tattle_sct_notes* notes, size_t index) {
  return GetNote(notes, index, size_t{0}, [](const SctNote& note) { return note.number; });
}

tattle_sct_status tattle_sct_notes_status(const tattle_sct_notes* notes, size_t index) {
  return GetNote(notes, index, tattle_sct_status{TATTLE_SCT_NOT_CHECKED},
                 [](const SctNote& note) { return Number(note.status); });
}

const char* tattle_sct_notes_get0_text(const tattle_sct_notes* notes, size_t index) {
  return GetNote(notes, index, "", [](const SctNote& note) { return note.text.c_str(); });
}

tattle_status tattle_sct_choice_new(const tattle_scts* scts, tattle_sct_choice** out,
                                    uint64_t number, tattle_policy policy, uint64_t now_ms,
                                    tattle_diag* diag) {
  return Make(out, diag, [=] { return Choose(scts, number, policy, now_ms); });
}

void tattle_sct_choice_free(tattle_sct_choice* choice) {
  tattle::capi::Free(choice);
}

const uint8_t* tattle_sct_choice_get0_list(const tattle_sct_choice* choice, size_t* len) {
  const Bytes list =
      GetChoice(choice, Bytes(), [](const SctChoice& content) { return Bytes(content.list); });
  if (len != nullptr) {
    *len = list.size();
  }
  return list.empty() ? nullptr : list.data();
}

size_t tattle_sct_choice_num_scts(const tattle_sct_choice* choice) {
  return GetChoice(choice, size_t{0}, [](const SctChoice& content) { return content.num_scts; });
}

int32_t tattle_sct_choice_is_sufficient(const tattle_sct_choice* choice) {
  return GetChoice(choice, int32_t{0},
                   [](const SctChoice& content) { return content.sufficient ? 1 : 0; });
}

int32_t tattle_sct_choice_is_embedded_sufficient(const tattle_sct_choice* choice) {
  return GetChoice(choice, int32_t{0},
                   [](const SctChoice& content) { return content.by_embedded ? 1 : 0; });
}

int32_t tattle_sct_choice_is_embedded_unknown(const tattle_sct_choice* choice) {
  return GetChoice(choice, int32_t{0},
                   [](const SctChoice& content) { return content.embedded_unknown ? 1 : 0; });
}

uint64_t tattle_sct_choice_until_ms(const tattle_sct_choice* choice) {
  return GetChoice(choice, uint64_t{0},
                   [](const SctChoice& content) { return content.until_ms.value_or(0); });
}

uint64_t tattle_sct_choice_again_ms(const tattle_sct_choice* choice) {
  return GetChoice(choice, uint64_t{0},
                   [](const SctChoice& content) { return content.again_ms.value_or(0); });
}

uint64_t tattle_sct_choice_not_after_ms(const tattle_sct_choice* choice) {
  return GetChoice(choice, uint64_t{0},
                   [](const SctChoice& content) { return content.not_after_ms; });
}

int32_t tattle_sct_choice_satisfies(const tattle_sct_choice* choice, tattle_policy policy) {
  return GetOutlook(choice, policy, int32_t{0},
                    [](const Outlook& outlook) { return outlook.satisfied ? 1 : 0; });
}

uint64_t tattle_sct_choice_satisfies_until_ms(const tattle_sct_choice* choice,
                                              tattle_policy policy) {
  return GetOutlook(choice, policy, uint64_t{0},
                    [](const Outlook& outlook) { return outlook.until_ms.value_or(0); });
}

size_t tattle_sct_choice_num_counted(const tattle_sct_choice* choice) {
  return GetChoice(choice, size_t{0},
                   [](const SctChoice& content) { return content.counted.size(); });
}

tattle_sct_source tattle_sct_choice_counted_source(const tattle_sct_choice* choice, size_t index) {
  return GetCounted(choice, index, tattle_sct_source{0},
                    [](const CountedSct& sct) { return Number(sct.source); });
}

const char* tattle_sct_choice_get0_counted_log(const tattle_sct_choice* choice, size_t index) {
  return GetCounted(choice, index, "", [](const CountedSct& sct) { return sct.log.c_str(); });
}

const char* tattle_sct_choice_get0_counted_operator(const tattle_sct_choice* choice, size_t index) {
  return GetCounted(choice, index, "",
                    [](const CountedSct& sct) { return sct.operator_name.c_str(); });
}

tattle_log_state tattle_sct_choice_counted_state(const tattle_sct_choice* choice, size_t index) {
  return GetCounted(choice, index, tattle_log_state{TATTLE_LOG_STATE_NONE},
                    [](const CountedSct& sct) { return Number(sct.state); });
}

uint64_t tattle_sct_choice_counted_timestamp_ms(const tattle_sct_choice* choice, size_t index) {
  return GetCounted(choice, index, uint64_t{0},
                    [](const CountedSct& sct) { return sct.timestamp_ms; });
}

const char* tattle_sct_choice_get0_reason(const tattle_sct_choice* choice) {
  return GetChoice(choice, "", [](const SctChoice& content) {
    return content.reasons.empty() ? "" : content.reasons.front().text.c_str();
  });
}

const tattle_sct_notes* tattle_sct_choice_get0_notes(const tattle_sct_choice* choice) {
  return Get(choice, static_cast<const tattle_sct_notes*>(nullptr),
             [](const SctChoiceContent& content) { return content.notes.get(); });
}
