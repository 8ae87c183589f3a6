// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/page/page.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/crypto/sha256.h"
#include "tests/testlib/html_tags.h"

namespace tattle {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testlib::HtmlTags;
using testlib::ReadTags;

constexpr const char* kTime = R"("time":"2026-11-28T00:20:00Z")";

std::string Page(const std::string& members) {
  const std::string document =
      "{" + std::string(kTime) + (members.empty() ? "" : "," + members) + "}";
  const Result<std::string> page = RenderStatusPage(AsBytes(document));
  EXPECT_TRUE(page) << document;
  const HtmlTags tags = ReadTags(page.value_or(""));
  EXPECT_EQ(tags.fault, "") << document;
  for (const std::string& link : tags.links) {
    EXPECT_TRUE(link.starts_with('?') || link.starts_with('#')) << link;
  }
  return page.value_or("");
}

std::size_t Count(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string_view::npos; ++at) {
    ++count;
  }
  return count;
}

std::string Certificate(const std::string& name, const std::string& policies,
                        bool sufficient = true) {
  return R"({"name":)" + json::Quote(name) + R"(,"policy":"chrome","sufficient":)" +
         (sufficient ? "true" : "false") +
         R"(,"reason":"needs one more log","not_after":"2027-02-01T00:00:00Z",)"
         R"("scts":[{"log":"A","source":"tls","state":"usable"}],"policies":{)" +
         policies + "}}";
}

TEST(RenderStatusPageTest, NeedsADocumentWithATime) {
  EXPECT_FALSE(RenderStatusPage(AsBytes("")));
  EXPECT_FALSE(RenderStatusPage(AsBytes("[]")));
  EXPECT_FALSE(RenderStatusPage(AsBytes("{}")));
  EXPECT_FALSE(RenderStatusPage(AsBytes(R"({"time":7})")));
  EXPECT_FALSE(RenderStatusPage(AsBytes(R"({"time":"2026-11-28T00:20:00Z","a":1,"a":1})")));
}

TEST(RenderStatusPageTest, LeavesOutWhatIsNotThere) {
  const std::string page = Page("");
  EXPECT_THAT(page, HasSubstr("Nothing was looked at yet"));
  for (const char* part : {"h-evidence", "h-certificates", "h-verdicts", "h-logs", "h-gossip"}) {
    EXPECT_THAT(page, Not(HasSubstr(part)));
  }
}

TEST(RenderStatusPageTest, SaysWhoLiedFirst) {
  const std::string page =
      Page(R"("program":"tattled","pool":{"evidence":3},"problems":["disk full"],"evidence":[)"
           R"({"id":"a1b2","kind":"split_view","conclusive":true,"log":"Liar 2026","found":)"
           R"("2026-11-27T00:00:00Z"},{"kind":"new_kind","log_id":"AAAA","tree_size":1234}])");
  EXPECT_THAT(page, AllOf(HasSubstr("A log lied"), HasSubstr("3 pieces of evidence"),
                          HasSubstr("Split view"), HasSubstr("Liar 2026"),
                          HasSubstr("tattle evidence show a1b2"), HasSubstr("role=\"alert\""),
                          HasSubstr("new_kind"), HasSubstr("AAAA"), HasSubstr("1,234 entries"),
                          HasSubstr("and 1 more"), HasSubstr("disk full")));
  EXPECT_LT(page.find("A log lied"), page.find("disk full"));
  // A tab says so, too.
  EXPECT_LT(page.find("Evidence"), page.find("</title>"));
}

TEST(RenderStatusPageTest, DoesNotCallAnIndicationALie) {
  const std::string page =
      Page(R"("evidence":[{"kind":"stale_head","conclusive":false,"log":"L"}])");
  EXPECT_THAT(page, AllOf(HasSubstr("Something speaks against a log"), Not(HasSubstr("lied"))));
}

TEST(RenderStatusPageTest, SaysWhatNeedsAttention) {
  const std::string page =
      Page(R"("log_list":{"stale":true},"scts":{"certificates":2,"insufficient":1,"unusable":4,)"
           R"("sufficient_until":"2026-12-20T00:00:00Z"},)"
           R"("logs":[{"log":"Deaf","failures":3},{"log":"Slow","failures":2}],)"
           R"("gossip":{"tattled":false,"heads_lost":2,"suspect_scts":{"a.example":3}})");
  EXPECT_THAT(page,
              AllOf(HasSubstr("8 things need attention"), HasSubstr("audits of 1 log fail"),
                    HasSubstr("4 files of SCTs cannot be used"), HasSubstr("older than 70 days"),
                    HasSubstr("1 certificate has SCTs that do not"),
                    HasSubstr("suffice until 2026-12-20 only"), HasSubstr("2 tree heads went"),
                    HasSubstr("1 name of yours")));
  EXPECT_THAT(Page(R"("scts":{"certificates":1,"sufficient_until":"2027-12-20T00:00:00Z"})"),
              HasSubstr("Nothing is wrong"));
  EXPECT_THAT(Page(R"("log_list":{"loaded":false,"stale":false})"), HasSubstr("no log list"));
}

TEST(RenderStatusPageTest, SaysHowGossipWithOthersGoes) {
  const std::string page =
      Page(R"("gossip":{"client":{"servers":2,"auditors":1,"found":4,"unwilling":0,"reached":5,)"
           R"("failing":1,"silent":1,"never":0,"waiting":8,)"
           R"("peers":[{"host":"secret.example","failure":"secret.example"}]}})");
  EXPECT_THAT(page, AllOf(HasSubstr("2 servers, 1 auditor, 4 sites that programs here met."),
                          HasSubstr("<dd>5</dd><dt>reached in a day</dt>"),
                          HasSubstr("<dd class=\"warn\">1</dd><dt>failing</dt>"),
                          HasSubstr("<dd>1</dd><dt>silent for longer</dt>"),
                          HasSubstr("<dd>8</dd><dt>heads to be carried</dt>"),
                          Not(HasSubstr("never reached")), Not(HasSubstr("secret"))));
  EXPECT_THAT(Page(R"("gossip":{"client":{"servers":0,"auditors":0,"found":0,"unwilling":0}})"),
              Not(HasSubstr("As a client")));
}

TEST(RenderStatusPageTest, SaysWhatIsWrongWithTheListOfUpstreams) {
  const std::string page = Page(R"("upstreams":{"log_list_stale":true,"list_problems":2})");
  EXPECT_THAT(page, AllOf(HasSubstr("2 things need attention"),
                          HasSubstr("The log list of upstreams is older than 70 days"),
                          HasSubstr("list of upstreams could not be used 2 times")));
  EXPECT_THAT(Page(R"("upstreams":{"log_list_stale":false,"list_problems":0,"judged":7})"),
              HasSubstr("Nothing is wrong"));
}

TEST(RenderStatusPageTest, SaysWhyTheFileOfTheListCannotBeUsed) {
  const std::string page = Page(R"("log_list":{"unusable":true,"problem":"\"/l\" is <no> file"})");
  EXPECT_THAT(page, AllOf(HasSubstr("1 thing needs attention"), HasSubstr("Another log list is in"),
                          HasSubstr("/l&quot; is &lt;no&gt; file")));
  EXPECT_THAT(Page(R"("log_list":{"unusable":true})"), HasSubstr("the error log says why"));
  EXPECT_THAT(Page(R"("log_list":{"unusable":false})"), Not(HasSubstr("needs attention")));
}

TEST(RenderStatusPageTest, SaysWhichUpstreamsWereNotCompliantInTheLastDay) {
  // The document is of 00:20 on the 28th.
  const auto page = [](const std::string& more) {
    return Page(
        more +
        R"("verdicts":{"not_compliant":900,"undecided":900,"hours":[)"
        R"({"from":"2026-11-26T23:00:00Z","not_compliant":500,"undecided":500},)"
        R"({"from":"2026-11-27T00:00:00Z","not_compliant":500,"undecided":500},)"
        R"({"from":"2026-11-27T01:00:00Z","not_compliant":2},)"
        R"({"from":"2026-11-28T00:00:00Z","not_compliant":1,"undecided":1,"compliant":8}]})");
  };
  EXPECT_THAT(page(R"("upstreams":{},)"),
              AllOf(HasSubstr("2 things need attention"),
                    HasSubstr("3 connections to upstreams were not compliant in the last day"),
                    HasSubstr("1 connection to upstreams was undecided in the last day")));
  // tattled's are of programs on the machine.
  EXPECT_THAT(page(""), HasSubstr("Nothing is wrong"));
}

TEST(RenderStatusPageTest, CallsNothingRightThatNobodyLookedAt) {
  for (const char* members :
       {R"("audits":{"on":false,"logs":9,"audited":0},"pool":{"heads":0,"scts":0},"counters":{})",
        R"("audits":{"on":true,"logs":9,"audited":0},"log_list":{"loaded":true})",
        R"("scts":{"certificates":0},"verdicts":{"compliant":0},"gossip":{"heads":0})"}) {
    EXPECT_THAT(Page(members),
                AllOf(HasSubstr("Nothing was looked at yet"), Not(HasSubstr("Nothing is wrong"))))
        << members;
  }
  for (const char* members :
       {R"("audits":{"audited":1})", R"("pool":{"heads":1})", R"("pool":{"scts":1})",
        R"("counters":{"checks":1})", R"("scts":{"certificates":1})", R"("gossip":{"heads":1})",
        R"("verdicts":{"compliant":1})", R"("verdicts":{"not_compliant":1})",
        R"("verdicts":{"undecided":1})", R"("verdicts":{"refused":1})",
        R"("upstreams":{"judged":1})"}) {
    EXPECT_THAT(Page(members), HasSubstr("Nothing is wrong")) << members;
  }
  EXPECT_THAT(Page(R"("problems":["disk full"])"), HasSubstr("1 thing needs attention"));
}

TEST(RenderStatusPageTest, SaysUntilWhenEachPolicyIsSatisfied) {
  const std::string page = Page(
      R"("certificates":[)" +
      Certificate("a.example", R"("chrome":{"satisfied":true,"until":"2026-12-20T00:00:00Z"},)"
                               R"("apple":{"satisfied":true,"until":"2027-01-20T00:00:00Z"},)"
                               R"("rfc6962":{"satisfied":true},"mozilla":{"satisfied":false})") +
      "," + Certificate("b.example", "", false) + "]");
  EXPECT_THAT(page, AllOf(HasSubstr("<span class=\"warn\">until 2026-12-20"),
                          HasSubstr("<span>until 2027-01-20"), HasSubstr("until it expires"),
                          HasSubstr("<span class=\"bad\">not enough"),
                          HasSubstr("<div class=\"chosen\"><dt>chrome")));
  // Why not is said where it is not enough.
  EXPECT_EQ(Count(page, "needs one more log"), 1U);
}

TEST(RenderStatusPageTest, SaysHowManySctsAndPoliciesItLeavesOut) {
  const auto page = [](std::size_t num_scts, std::size_t num_policies) {
    std::string scts;
    for (std::size_t i = 0; i < num_scts; ++i) {
      scts += (i == 0 ? "" : ",") + std::string(R"({"log":"A"})");
    }
    std::string policies;
    for (std::size_t i = 0; i < num_policies; ++i) {
      policies += (i == 0 ? "\"p" : ",\"p") + std::to_string(i) + R"(":{"satisfied":true})";
    }
    return Page(R"("certificates":[{"name":"a","sufficient":true,"scts":[)" + scts +
                R"(],"policies":{)" + policies + "}}]");
  };
  const std::string all = page(12, 16);
  EXPECT_THAT(all, Not(HasSubstr("more, which")));
  EXPECT_EQ(Count(all, "<li><bdi>A"), 12U);
  EXPECT_EQ(Count(all, "<dt>p"), 16U);
  const std::string some = page(15, 20);
  EXPECT_THAT(some, AllOf(HasSubstr("and 3 more"), HasSubstr("and 4 more")));
  EXPECT_EQ(Count(some, "<li><bdi>A"), 12U);
  EXPECT_EQ(Count(some, "<dt>p"), 16U);
}

TEST(RenderStatusPageTest, ShowsSoManyCertificatesAndCountsTheRest) {
  std::string members = R"("scts":{"certificates":1000},"certificates":[)";
  for (int i = 0; i < 1000; ++i) {
    members += (i == 0 ? "" : ",") + Certificate("host-" + std::to_string(i) + ".example",
                                                 R"("chrome":{"satisfied":true})");
  }
  const std::string page = Page(members + "]");
  EXPECT_EQ(Count(page, "<td class=\"name\">"), kMaxShownRows);
  EXPECT_THAT(page, HasSubstr("and 750 more"));
  EXPECT_LT(page.size(), 512U << 10U);
}

TEST(RenderStatusPageTest, EscapesEverythingFromOutside) {
  const std::string evil = R"(</style><script>alert(1)</script>&<img src=x onerror='a()'>\"\u0000)";
  const auto text = [&evil](const char* name) {
    return "\"" + std::string(name) + "\":\"" + evil + "\"";
  };
  const std::string page = Page(
      text("program") + "," + text("version") + R"(,"problems":[")" + evil + R"("],"evidence":[{)" +
      text("kind") + "," + text("log") + "," + text("id") + R"(}],"logs":[{)" + text("log") + "," +
      text("last_failure") + R"(,"failures":1,"last_success":null,"tree_size":1}],)" +
      R"("certificates":[{)" + text("name") + "," + text("sha256") + "," + text("policy") + "," +
      text("reason") + R"(,"scts":[{)" + text("log") + "," + text("source") + "," + text("state") +
      R"(}],"policies":{")" + evil + R"(":{}}}],"verdicts":{)" + text("of") +
      R"(},"gossip":{"listens":[")" + evil + R"("],"suspect_scts":{")" + evil +
      R"(":1}},"counters":{")" + evil + R"(":1})");
  EXPECT_THAT(page, AllOf(Not(HasSubstr("<script")), Not(HasSubstr("<img")),
                          HasSubstr("&lt;script&gt;alert(1)")));
  EXPECT_EQ(Count(page, "</style>"), 1U);
  EXPECT_GE(Count(page, "&lt;img"), 16U);
}

TEST(RenderStatusPageTest, IsolatesNamesOfAnyDirectionAndCutsLongOnes) {
  const std::string name = "\xD9\x85\xD8\xAB\xD8\xA7\xD9\x84";
  const std::string page =
      Page(R"("logs":[{"log":")" + name + R"("},{"log":")" + std::string(5000, 'x') + R"("}])");
  EXPECT_THAT(page, HasSubstr("<bdi>" + name + "</bdi>"));
  EXPECT_THAT(page, AllOf(HasSubstr(std::string(240, 'x')), Not(HasSubstr(std::string(241, 'x')))));
}

TEST(RenderStatusPageTest, PutsLogsThatNeedAnEyeFirst) {
  const std::string page =
      Page(R"("logs":[{"log":"Zed","tree_size":1},{"log":"Abel","tree_size":1},)"
           R"({"log":"Never","tree_size":0},{"log":"Deaf","failures":3,"tree_size":1},)"
           R"({"log":"Liar","evidence":1,"tree_size":1}])");
  std::vector<std::size_t> places;
  for (const char* name : {"Liar", "Deaf", "Abel", "Zed", "Never"}) {
    places.push_back(page.find(">" + std::string(name) + "<"));
    EXPECT_NE(places.back(), std::string::npos);
  }
  EXPECT_TRUE(std::is_sorted(places.begin(), places.end()));
  EXPECT_THAT(page, AllOf(HasSubstr("class=\"accused\""), Not(HasSubstr("data-label=\"SCTs\""))));
}

TEST(RenderStatusPageTest, DoesNotCallHeadsNoneOrOneThatAreNobodysWord) {
  const std::string page =
      Page(R"("logs":[{"log":"A","heads":3,"tree_size":0,"head":null,"growth":[]}])");
  EXPECT_THAT(page, AllOf(HasSubstr(">none to rely on<"), HasSubstr(">not known yet<"),
                          Not(HasSubstr("none yet")), Not(HasSubstr("one head"))));
  EXPECT_THAT(Page(R"("logs":[{"log":"A","heads":0,"tree_size":0,"head":null,"growth":[]}])"),
              HasSubstr(">none yet<"));
}

TEST(StatusPagePolicyTest, NamesTheStyleThatIsThere) {
  const HtmlTags tags = ReadTags(Page(""));
  ASSERT_FALSE(tags.style.empty());
  const std::string policy = StatusPagePolicy();
  EXPECT_THAT(policy,
              HasSubstr("style-src 'sha256-" + EncodeBase64(Sha256Of(AsBytes(tags.style))) + "'"));
  EXPECT_THAT(policy, AllOf(HasSubstr("default-src 'none'"), Not(HasSubstr("unsafe"))));
  // Nothing in it is fetched.
  EXPECT_THAT(tags.style, AllOf(Not(HasSubstr("url(")), Not(HasSubstr("@import"))));
}

TEST(ReadTagsTest, FindsWhatIsWrong) {
  const std::string good = "<!DOCTYPE html>\n<p class=\"a\">x &amp; y<meta name=\"b\"></p>";
  EXPECT_EQ(ReadTags(good).fault, "");
  for (const char* bad :
       {"<p>", "<!DOCTYPE html>\n<p>", "<!DOCTYPE html>\n</p>", "<!DOCTYPE html>\n<p></b>",
        "<!DOCTYPE html>\na & b", "<!DOCTYPE html>\na > b", "<!DOCTYPE html>\n<p a=b></p>",
        "<!DOCTYPE html>\n<p onclick=\"x\"></p>", "<!DOCTYPE html>\n<p style=\"x\"></p>",
        "<!DOCTYPE html>\n<script></script>", "<!DOCTYPE html>\n< p></p>",
        "<!DOCTYPE html>\n<p a=\"<\"></p>", "<!DOCTYPE html>\n<style>x"}) {
    EXPECT_NE(ReadTags(bad).fault, "") << bad;
  }
}

}  // namespace
}  // namespace tattle
