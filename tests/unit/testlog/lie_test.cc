// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Each lie does what it says, and only that: a client looks at everything and lists what is wrong.

#include "tests/testlog/lie.h"

#include <map>
#include <set>
#include <string>

#include "core/base/limits.h"
#include "core/merkle/consistency.h"
#include "core/merkle/hash.h"
#include "core/merkle/inclusion.h"
#include "core/merkle/tile_tree.h"
#include "core/note/checkpoint.h"
#include "tests/testlib/scratch_folder.h"
#include "tests/unit/testlog/fixture.h"
#include "tests/unit/testlog/requests.h"

namespace tattle::testlog::lie_test {
namespace {

using Faults = std::set<std::string>;

constexpr std::uint64_t kToldMs = kNowMs + 1'000;
constexpr std::uint64_t kLaterMs = kToldMs + 70'000;

// A submission of the client's, with the SCT that came for it.
struct Submitted {
  ByteVector leaf;
  ByteVector sct;
  SignedEntry Entry() const { return {EntryType::kX509, leaf, {}}; }
};

// Client looks at one face of a log and writes down what is wrong.
class Client {
 public:
  Client(Log& log, std::size_t face) : log_(log), face_(face) {}

  Faults& faults() { return faults_; }

  // Fetch gets a file or an answer, or a fault of the transport.
  std::optional<ByteVector> Fetch(const std::string& target) {
    const HttpResponse response = Get(log_, target, face_);
    const std::size_t faults_before = faults_.size();
    if (response.delay.count() != 0) {
      faults_.insert("slow");
    }
    if (response.cut_after) {
      faults_.insert("cut off");
    }
    if (response.body.size() > (1U << 20U)) {
      faults_.insert("huge");
    }
    for (const auto& [name, value] : response.headers) {
      if (value == "text/html") {
        faults_.insert("a web page");
      }
      if (name == "location" || name == "retry-after") {
        faults_.insert(name + " " + value);
      }
    }
    if (response.status != 200) {
      faults_.insert(std::to_string(response.status) + " " + target.substr(0, target.find('?')));
    }
    return faults_.size() == faults_before ? std::optional(response.body) : std::nullopt;
  }

  std::optional<SignedTreeHead> FetchHead() {
    const bool is_static = log_.options().kind == LogKind::kStaticCt;
    const auto body = Fetch(is_static ? "/checkpoint" : "/ct/v1/get-sth");
    if (!body) {
      return std::nullopt;
    }
    if (!is_static) {
      return DecodeGetSth(*body).value();
    }
    const auto note = DecodeNote(*body);
    const auto checkpoint = DecodeCheckpoint(note->text);
    if (checkpoint->origin != "testlog.example/amber") {
      faults_.insert("origin " + std::string(checkpoint->origin));
    }
    // Read with the origin that it has, so that other faults show as well.
    const auto head =
        VerifyCheckpoint(*body, checkpoint->origin, log_.key().log_id(), *log_.key().public_key());
    if (!head) {
      faults_.insert("head signature");
      return std::nullopt;
    }
    return *head;
  }

  void CheckHead(const SignedTreeHead& head, const TreeHead& older) {
    if (!VerifyTreeHead(head, *log_.key().public_key()).value()) {
      faults_.insert("head signature");
    }
    if (head.head.timestamp_ms > kLaterMs + kClockDriftMs) {
      faults_.insert("head from the future");
    }
    if (head.head.timestamp_ms < kToldMs) {
      faults_.insert("stale head");
    }
    if (head.head.tree_size < older.tree_size) {
      faults_.insert("smaller tree");
    }
  }

  // CheckConsistency and the like need a head that is good.
  void CheckTree(const TreeHead& head, const TreeHead& older) {
    if (log_.options().kind == LogKind::kStaticCt) {
      CheckTiles(head, older);
      return;
    }
    if (older.tree_size <= head.tree_size) {
      const std::string target =
          "/ct/v1/get-sth-consistency?first=" + std::to_string(older.tree_size) +
          "&second=" + std::to_string(head.tree_size);
      if (const auto body = Fetch(target)) {
        HttpResponse response;
        response.body = *body;
        if (!VerifyConsistency(older.tree_size, older.sha256_root_hash, head.tree_size,
                               head.sha256_root_hash, HashesIn(response, "consistency"))) {
          faults_.insert("inconsistent");
        }
      }
    }
    HttpResponse response;
    response.body = Fetch("/ct/v1/get-entries?start=0&end=1000").value_or(ByteVector());
    MerkleTree tree;
    for (const RawEntry& entry : EntriesIn(response)) {
      tree.Append(HashLeaf(entry.leaf_input));
    }
    CheckEntries(tree, head);
  }

  void CheckTiles(const TreeHead& head, const TreeHead& older) {
    const auto fetch = [&](const Tile& tile) -> Result<ByteVector> {
      const auto body = Fetch("/" + EncodeTilePath(tile));
      return body ? Result<ByteVector>(*body) : Fail(Errc::kMissing, "tile");
    };
    auto tiles = TileTree::Create(head.tree_size, head.sha256_root_hash, fetch);
    if (!tiles && tiles.error().code == Errc::kMismatch) {
      faults_.insert("tiles");
    }
    if (tiles && older.tree_size <= head.tree_size &&
        tiles->RootAt(older.tree_size).value() != older.sha256_root_hash) {
      faults_.insert("inconsistent");
    }
    MerkleTree tree;
    const Tile data{TileKind::kData, 0, 0, TileWidthAt(0, 0, head.tree_size)};
    if (const auto body = Fetch("/" + EncodeTilePath(data))) {
      const std::vector<TileLeaf> leaves = DecodeDataTile(*body).value();
      for (const TileLeaf& leaf : leaves) {
        tree.Append(HashLeaf(EncodeMerkleTreeLeaf(leaf.timestamped_entry).value()));
      }
      CheckEntries(tree, head);
    }
  }

  void CheckEntries(const MerkleTree& tree, const TreeHead& head) {
    if (tree.size() != head.tree_size ||
        tree.RootAt(head.tree_size).value() != head.sha256_root_hash) {
      faults_.insert("entries");
    }
  }

  void CheckSct(const Submitted& submitted, const TreeHead& head) {
    if (!SctVerifies(log_, submitted.sct, submitted.Entry())) {
      faults_.insert("SCT signature");
      return;
    }
    const Hash leaf_hash = HashLeaf(LeafOf(submitted.sct, submitted.Entry()));
    if (const auto leaf_index = DecodeSct(submitted.sct)->leaf_index) {
      // The tree itself is looked at elsewhere, and this lie is about the SCT.
      const auto index = log_.FindLeaf(face_, leaf_hash);
      if (*leaf_index < head.tree_size && index != leaf_index) {
        faults_.insert("another leaf at the index");
      } else if (!index || *index >= head.tree_size) {
        faults_.insert("not included");
      }
      if (!indexes_.insert(*leaf_index).second) {
        faults_.insert("index twice");
      }
      return;
    }
    if (log_.options().kind == LogKind::kStaticCt) {
      faults_.insert("no index");
      return;
    }
    CheckInclusion(leaf_hash, head);
  }

  void CheckInclusion(const Hash& leaf_hash, const TreeHead& head) {
    const HttpResponse response = Get(log_,
                                      "/ct/v1/get-proof-by-hash?hash=" + Escape(leaf_hash) +
                                          "&tree_size=" + std::to_string(head.tree_size),
                                      face_);
    if (response.status == 404 && Json(response).root().FindString("error_message")) {
      faults_.insert("not included");
      return;
    }
    if (response.status != 200) {
      faults_.insert(std::to_string(response.status) + " get-proof-by-hash");
      return;
    }
    const std::uint64_t index = Json(response).root().FindUint64("leaf_index").value();
    if (!VerifyInclusion(leaf_hash, index, head.tree_size, HashesIn(response, "audit_path"),
                         head.sha256_root_hash)) {
      faults_.insert("inclusion");
    }
  }

 private:
  Log& log_;
  std::size_t face_;
  Faults faults_;
  std::set<std::uint64_t> indexes_;
};

// World is a log with two faces, five entries, and a client of each face that trusts its head.
class World {
 public:
  explicit World(LogKind kind) : log_(MakeLog(Options(kind))) {
    EXPECT_TRUE(log_->AddSynthetic(4, kNowMs));
    before_ = Submit(1, kNowMs + 1, 0);
    EXPECT_TRUE(log_->Sequence(kNowMs + 2));
    older_ = log_->Head()->head;
    EXPECT_EQ(older_.tree_size, 5U);
  }

  // Examine is what a client of face 0 finds after the lie was told.
  Faults Examine(std::string_view lie, std::optional<std::size_t> told_to = std::nullopt,
                 std::size_t face = 0) {
    if (!lie.empty()) {
      const Outcome<void> told = log_->Tell(lie, told_to, kToldMs);
      EXPECT_TRUE(told) << told.error();
    }
    Client client(*log_, face);
    // The answer to a submission is spoilt like every other: read past that.
    const Submitted first = Submit(2, kToldMs + 1, face);
    const Submitted second = Submit(3, kToldMs + 2, face);
    EXPECT_TRUE(log_->Sequence(kToldMs + 3));
    EXPECT_TRUE(log_->Sequence(kLaterMs));
    const auto head = client.FetchHead();
    if (!head) {
      return client.faults();
    }
    client.CheckHead(*head, older_);
    client.CheckTree(head->head, older_);
    for (const Submitted& submitted : {before_, first, second}) {
      client.CheckSct(submitted, head->head);
    }
    const auto again = client.FetchHead();
    if (again && again->head != head->head) {
      client.faults().insert("another head at once");
    }
    const SignedTreeHead other = log_->Head(1 - face).value();
    if (other.head.tree_size == head->head.tree_size &&
        other.head.sha256_root_hash != head->head.sha256_root_hash) {
      client.faults().insert("split view");
    }
    return client.faults();
  }

  Log& log() { return *log_; }

 private:
  static LogOptions Options(LogKind kind) {
    LogOptions options = OptionsOf(kind);
    options.num_faces = 2;
    return options;
  }

  Submitted Submit(std::uint64_t serial, std::uint64_t now_ms, std::size_t face) {
    Submitted out;
    out.leaf = Pki().Leaf(serial);
    const std::vector<ByteVector> chain = {out.leaf};
    out.sct = log_->Submit(EntryType::kX509, chain, now_ms, face).value();
    return out;
  }

  std::unique_ptr<Log> log_;
  Submitted before_;
  TreeHead older_;
};

struct Case {
  std::string lie;
  Faults rfc6962;
  Faults static_ct;
};

const Faults kRefused = {"is for logs of another kind"};

const std::vector<Case>& Cases() {
  static const std::vector<Case> kCases = {
      {"", {}, {}},
      {"split-view", {"split view"}, {"split view"}},
      {"split-view=3", {"split view"}, {"split view"}},
      {"fork", {"inconsistent", "not included"}, {"inconsistent", "another leaf at the index"}},
      {"rollback=3", {"smaller tree", "not included"}, {"smaller tree", "not included"}},
      {"future-head", {"head from the future"}, {"head from the future"}},
      {"stale-head", {"stale head", "not included"}, {"stale head", "not included"}},
      {"stale-head=86400", {"stale head", "not included"}, {"stale head", "not included"}},
      {"flood", {"another head at once"}, {"another head at once"}},
      {"bad-head-signature", {"head signature"}, {"head signature"}},
      {"wrong-origin", kRefused, {"origin other.example/log"}},
      {"wrong-origin=a.example/b", kRefused, {"origin a.example/b"}},
      {"unmerged", {"not included"}, {"not included", "index twice"}},
      {"bad-sct-signature", {"SCT signature"}, {"SCT signature"}},
      {"wrong-index", kRefused, {"another leaf at the index", "not included"}},
      {"twin-index", kRefused, {"another leaf at the index", "index twice"}},
      {"no-index", kRefused, {"no index"}},
      {"changed-entry=2", {"entries"}, {"entries"}},
      {"bad-proof", {"inconsistent", "inclusion"}, kRefused},
      {"bad-tile", kRefused, {"tiles"}},
      {"no-consistency", {"404 /ct/v1/get-sth-consistency"}, kRefused},
      {"no-inclusion", {"404 get-proof-by-hash"}, kRefused},
      {"no-tiles", kRefused, {"404 /tile/0/000.p/7", "404 /tile/data/000.p/7"}},
      {"unavailable",
       {"503 /ct/v1/get-sth", "retry-after 30"},
       {"503 /checkpoint", "retry-after 30"}},
      {"rate-limit=7",
       {"429 /ct/v1/get-sth", "retry-after 7"},
       {"429 /checkpoint", "retry-after 7"}},
      {"redirect",
       {"302 /ct/v1/get-sth", "location https://elsewhere.invalid/ct/v1/get-sth"},
       {"302 /checkpoint", "location https://elsewhere.invalid/checkpoint"}},
      {"slow", {"slow"}, {"slow"}},
      {"huge", {"huge"}, {"huge"}},
      {"truncated", {"cut off"}, {"cut off"}},
      {"not-json", {"a web page"}, {"a web page"}},
  };
  return kCases;
}

void Expect(LogKind kind, const std::string& lie, const Faults& want) {
  SCOPED_TRACE(lie);
  World world(kind);
  if (want == kRefused) {
    const Outcome<void> told = world.log().Tell(lie, std::nullopt, kToldMs);
    ASSERT_FALSE(told);
    EXPECT_NE(told.error().find(" is for logs of the kind "), std::string::npos) << told.error();
    EXPECT_EQ(world.Examine(""), Faults());
    return;
  }
  EXPECT_EQ(world.Examine(lie), want);
}

TEST(LieTest, DoesWhatItSaysAndOnlyThatInRfc6962Logs) {
  for (const Case& c : Cases()) {
    Expect(LogKind::kRfc6962, c.lie, c.rfc6962);
  }
}

TEST(LieTest, DoesWhatItSaysAndOnlyThatInStaticCtLogs) {
  for (const Case& c : Cases()) {
    Expect(LogKind::kStaticCt, c.lie, c.static_ct);
  }
}

TEST(LieTest, IsExaminedHereWhicheverItIs) {
  std::set<std::string_view> examined;
  for (const Case& c : Cases()) {
    examined.insert(std::string_view(c.lie).substr(0, c.lie.find('=')));
  }
  for (const Lie& lie : AllLies()) {
    EXPECT_TRUE(examined.contains(lie.name)) << lie.name;
  }
}

TEST(LieTest, IsForOneFaceWhereItIsToldToOne) {
  for (const LogKind kind : {LogKind::kRfc6962, LogKind::kStaticCt}) {
    for (const char* lie : {"rollback=3", "bad-head-signature", "changed-entry", "not-json"}) {
      World world(kind);
      EXPECT_EQ(world.Examine(lie, 1, 0), Faults()) << lie;
    }
  }
}

TEST(LieTest, EndsWhenTheLogIsHonestAgain) {
  for (const LogKind kind : {LogKind::kRfc6962, LogKind::kStaticCt}) {
    for (const Lie& lie : AllLies()) {
      World world(kind);
      if (lie.begin != nullptr || !world.log().Tell(lie.name, std::nullopt, kToldMs)) {
        continue;
      }
      world.log().BeHonest();
      EXPECT_EQ(world.Examine(""), Faults()) << lie.name;
    }
  }
}

TEST(LieTest, SplitsIntoTreesOfEqualSizeThatStayEqual) {
  World world(LogKind::kRfc6962);
  ASSERT_TRUE(world.log().Tell("split-view=2", 1, kToldMs));
  const TreeHead a = world.log().Head(0)->head;
  const TreeHead b = world.log().Head(1)->head;
  EXPECT_EQ(a.tree_size, 7U);
  EXPECT_EQ(b.tree_size, 7U);
  EXPECT_EQ(a.timestamp_ms, b.timestamp_ms);
  EXPECT_NE(a.sha256_root_hash, b.sha256_root_hash);
  SubmitLeaf(world.log(), 9, kToldMs + 1);
  ASSERT_TRUE(world.log().Sequence(kToldMs + 1));
  EXPECT_EQ(world.log().Head(0)->head.tree_size, 8U);
  EXPECT_EQ(world.log().Head(1)->head.tree_size, 8U);
}

TEST(LieTest, SplitOutlivesARestart) {
  const testlib::ScratchFolder folder;
  LogOptions options = OptionsOf(LogKind::kRfc6962);
  options.num_faces = 2;
  options.store = folder.Path("log.sqlite");
  TreeHead a;
  TreeHead b;
  {
    const std::unique_ptr<Log> log = MakeLog(options);
    ASSERT_TRUE(log->AddSynthetic(3, kNowMs));
    ASSERT_TRUE(log->Tell("split-view", 1, kToldMs));
    a = log->Head(0)->head;
    b = log->Head(1)->head;
  }
  const std::unique_ptr<Log> log = MakeLog(options, kLaterMs);
  EXPECT_EQ(log->Head(0)->head.sha256_root_hash, a.sha256_root_hash);
  EXPECT_EQ(log->Head(1)->head.sha256_root_hash, b.sha256_root_hash);
}

TEST(DecodeLieTest, SaysWhatIsWrong) {
  const struct {
    std::string_view text;
    std::string_view want;
  } kCases[] = {
      {"rolback", "no lie has the name \"rolback\": see tattle-testlog --help"},
      {"unmerged=1", "unmerged takes no value"},
      {"rollback=x", "rollback: \"x\" is no number up to 1000000000"},
      {"rollback=1000000001", "rollback: \"1000000001\" is no number up to 1000000000"},
      {"rollback=", "rollback: \"\" is no number up to 1000000000"},
  };
  for (const auto& c : kCases) {
    const auto decoded = DecodeLie(c.text);
    ASSERT_FALSE(decoded) << c.text;
    EXPECT_EQ(decoded.error(), c.want);
  }
}

TEST(TellTest, NeedsAFaceThatIsThere) {
  World world(LogKind::kRfc6962);
  EXPECT_EQ(world.log().Tell("slow", 2, kToldMs).error(), "amber has no face 2");
  const std::unique_ptr<Log> alone = MakeLog(OptionsOf(LogKind::kRfc6962));
  EXPECT_EQ(alone->Tell("split-view", std::nullopt, kToldMs).error(),
            "amber has one face: a split view needs a second listener");
}

}  // namespace
}  // namespace tattle::testlog::lie_test
