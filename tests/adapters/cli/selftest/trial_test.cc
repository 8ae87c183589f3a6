// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/selftest/trial.h"

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace tattle::cli::trial_test {
namespace {

Trial Went(Reached reached) {
  Trial trial;
  trial.seen.reached = reached;
  return trial;
}

Trial Asked(Reached reached) {
  Trial trial = Went(reached);
  trial.seen.asked_for_scts = true;
  trial.seen.asked_for_staple = true;
  return trial;
}

Trial WithModule(Trial trial) {
  trial.has_module = true;
  return trial;
}

Trial With(Trial trial, const char* library) {
  trial.libraries.insert(library);
  return trial;
}

Trial Waited(Trial trial) {
  trial.seen.waited = true;
  return trial;
}

Trial Stopped(Trial trial, int alert = -1) {
  trial.timed_out = true;
  trial.seen.alert = alert;
  return trial;
}

Trial Failed(Trial trial, const char* words) {
  trial.exit_status = 1;
  trial.words = words;
  return trial;
}

using Yes = std::optional<bool>;

TEST(ConcludeTest, FollowsFromWhatTheServerSaw) {
  const Trial good = Went(Reached::kData);
  Trial hidden = good;
  hidden.is_hidden = true;
  Trial stuck = Went(Reached::kNothing);
  stuck.timed_out = true;
  const struct {
    Trial control;
    Trial judged;
    Yes loaded;
    Yes asks;
    Yes refused;
    int exit_status;
    const char* sentence;
  } cases[] = {
      {good, WithModule(Asked(Reached::kHello)), true, true, true, 0,
       "p loads the module and refuses a server without SCTs"},
      // TLS 1.3, and a program that looks at the verify result after the handshake.
      {good, WithModule(Asked(Reached::kHandshake)), true, true, true, 0,
       "p loads the module and refuses a server without SCTs"},
      // Where nobody can look into its memory, its ClientHello says enough.
      {good, Asked(Reached::kHello), true, true, true, 0,
       "p loads the module and refuses a server without SCTs"},
      {Went(Reached::kHandshake), WithModule(Asked(Reached::kHello)), true, true, true, 0,
       "p loads the module and refuses a server without SCTs"},
      {good, WithModule(Asked(Reached::kData)), true, true, false, 1,
       "p loads the module, and goes on with a server without SCTs"},
      {good, WithModule(Went(Reached::kData)), true, false, false, 1,
       "p loads the module, which has no effect in it"},
      {good, WithModule(Went(Reached::kHandshake)), true, false, true, 1,
       "p loads the module and refuses a server without SCTs, but does not ask for any"},
      // A silent client waits for a greeting: that is no refusal.
      {good, WithModule(Waited(Asked(Reached::kHandshake))), true, true, false, 1,
       "p loads the module, and goes on with a server without SCTs"},
      {Failed(Waited(Went(Reached::kHandshake)), "no greeting"),
       WithModule(Asked(Reached::kHandshake)), true, true, true, 0,
       "p loads the module and refuses a server without SCTs"},
      // Nor is one that was stopped before it had decided.
      {good,
       WithModule(Stopped(Waited(Asked(Reached::kHandshake)))),
       true,
       true,
       {},
       2,
       "could not tell: p takes too long"},
      {good,
       WithModule(Stopped(Asked(Reached::kHello))),
       true,
       true,
       {},
       2,
       "could not tell: p takes too long"},
      // One that is refused again and again is stopped too.
      {good, WithModule(Stopped(Asked(Reached::kHello), 48)), true, true, true, 0,
       "p loads the module and refuses a server without SCTs"},
      {good, WithModule(Stopped(Asked(Reached::kData))), true, true, false, 1,
       "p loads the module, and goes on with a server without SCTs"},
      // It asks by itself, as browsers do: no sign of the module.
      {Asked(Reached::kData), With(Asked(Reached::kData), "libssl"), false, true, false, 1,
       "p does not load the module: it uses OpenSSL"},
      {good, With(good, "libgnutls"), false, false, false, 1,
       "p uses GnuTLS: the module cannot be loaded"},
      {good, With(good, "libnss3"), false, false, false, 1, "p uses NSS"},
      {good, With(With(good, "libgnutls"), "libssl"), false, false, false, 1,
       "p does not load the module: it uses OpenSSL"},
      // libcrypto alone says nothing of TLS.
      {good, With(With(good, "libgnutls"), "libcrypto"), false, false, false, 1, "p uses GnuTLS"},
      {good, good, false, false, false, 1,
       "p does not load the module: it has a TLS library of its own"},
      {good, hidden, false, false, false, 1, "p does not load the module (which TLS library"},
      {good, Failed(Went(Reached::kHello), "bad CA"), false, false, false, 1,
       "p does not load the module, and fails in another way: bad CA"},
      {good, Failed(Went(Reached::kNothing), "cannot load"), false, false, false, 1,
       "p does not work with the module: cannot load"},
      {good, stuck, false, false, false, 1, "p does not come to an end with the module"},
      {Failed(Went(Reached::kNothing), "no such option"),
       good,
       {},
       {},
       {},
       2,
       "could not tell: p does not connect even where nothing is judged: no such option"},
      {Went(Reached::kHello), good, {}, {}, {}, 2, "could not tell: p does not accept the server"},
      // In TLS 1.3 the handshake is over before the client may look.
      {Failed(Went(Reached::kHandshake), "bad CA"),
       good,
       {},
       {},
       {},
       2,
       "could not tell: p does not accept the server even where nothing is judged: bad CA"},
      {stuck, stuck, {}, {}, {}, 2, "could not tell: p takes too long"},
  };
  for (const auto& item : cases) {
    const Conclusion got = Conclude("p", item.control, item.judged);
    EXPECT_EQ(got.loaded, item.loaded) << item.sentence;
    EXPECT_EQ(got.asks, item.asks) << item.sentence;
    EXPECT_EQ(got.refused, item.refused) << item.sentence;
    EXPECT_EQ(got.exit_status(), item.exit_status) << item.sentence;
    EXPECT_TRUE(got.sentence.starts_with(item.sentence)) << got.sentence;
  }
}

TEST(SeenTest, AddsUpConnections) {
  Seen all;
  Seen first;
  first.reached = Reached::kData;
  first.version = "TLSv1.2";
  Seen second;
  second.reached = Reached::kHello;
  second.asked_for_scts = true;
  second.alert = 42;
  second.waited = true;
  all.Add(first);
  all.Add(second);
  all.Add({});
  EXPECT_EQ(all.reached, Reached::kData);
  EXPECT_TRUE(all.asked_for_scts);
  EXPECT_FALSE(all.asked_for_staple);
  EXPECT_EQ(all.alert, 42);
  EXPECT_TRUE(all.waited);
  EXPECT_EQ(all.version, "TLSv1.2");
}

}  // namespace
}  // namespace tattle::cli::trial_test
