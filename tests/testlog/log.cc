// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/testlog/log.h"

#include <algorithm>
#include <map>
#include <utility>

namespace tattle::testlog {
namespace {

constexpr std::uint64_t kYear2020Ms = 1'577'836'800'000;
constexpr const char* kKeySetting = "key";
constexpr const char* kKindSetting = "kind";

// Remember puts a setting into a new store, and holds an old one to it.
Outcome<void> Remember(Store& store, const char* name, const std::string& value) {
  const Outcome<std::optional<std::string>> found = store.FindSetting(name);
  if (!found) {
    return Sorry(found.error());
  }
  if (*found && **found != value) {
    return Sorry(std::string("the store is that of a log with another ") + name);
  }
  return *found ? Outcome<void>() : store.PutSetting(name, value);
}

Outcome<LogKey> FindKey(const LogOptions& options, Store& store) {
  if (options.key_pem) {
    return LogKey::DecodePem(*options.key_pem);
  }
  const Outcome<std::optional<std::string>> stored = store.FindSetting(kKeySetting);
  if (!stored) {
    return Sorry(stored.error());
  }
  return *stored ? LogKey::DecodePem(**stored) : LogKey::Generate(options.key_type);
}

Outcome<LogKey> OpenKey(const LogOptions& options, Store& store) {
  Outcome<LogKey> key = FindKey(options, store);
  const Outcome<std::string> pem = key ? key->EncodePem() : Sorry(key.error());
  if (!pem) {
    return Sorry(pem.error());
  }
  if (const Outcome<void> kept = Remember(store, kKeySetting, *pem); !kept) {
    return Sorry(kept.error());
  }
  const Outcome<void> kept = Remember(store, kKindSetting, std::string(LogKindName(options.kind)));
  return kept ? std::move(key) : Sorry(kept.error());
}

}  // namespace

Log::Log(LogOptions options, LogKey key, Roots roots, std::unique_ptr<Store> store)
    : options_(std::move(options)),
      key_(std::move(key)),
      roots_(std::move(roots)),
      store_(std::move(store)),
      faces_(std::max<std::size_t>(options_.num_faces, 1)) {}

Outcome<std::unique_ptr<Log>> Log::Create(LogOptions options, std::uint64_t now_ms) {
  Outcome<Roots> roots = Roots::Create(options.roots);
  if (!roots) {
    return Sorry(roots.error());
  }
  Outcome<std::unique_ptr<Store>> store = Store::Open(options.store);
  if (!store) {
    return Sorry(store.error());
  }
  Outcome<LogKey> key = OpenKey(options, **store);
  if (!key) {
    return Sorry(key.error());
  }
  std::unique_ptr<Log> log(
      new Log(std::move(options), *std::move(key), *std::move(roots), *std::move(store)));
  if (const Outcome<void> loaded = log->LoadFaces(); !loaded) {
    return Sorry(loaded.error());
  }
  for (Branch* branch : log->LiveBranches()) {
    if (const Outcome<void> made = log->SignHead(*branch, now_ms); !made) {
      return Sorry(made.error());
    }
  }
  return log;
}

Outcome<void> Log::LoadFaces() {
  std::map<std::uint64_t, std::shared_ptr<Branch>> branches;
  for (std::size_t i = 0; i < faces_.size(); ++i) {
    const Outcome<std::uint64_t> number = store_->FindFace(i);
    if (!number) {
      return Sorry(number.error());
    }
    std::shared_ptr<Branch>& branch = branches[*number];
    if (!branch) {
      Outcome<std::shared_ptr<Branch>> loaded = LoadBranch(*number);
      if (!loaded) {
        return Sorry(loaded.error());
      }
      branch = *std::move(loaded);
    }
    faces_[i].branch = branch;
    faces_[i].origin = "testlog.example/" + options_.name;
  }
  Outcome<std::vector<PendingEntry>> pending = store_->ReadPending();
  if (!pending) {
    return Sorry(pending.error());
  }
  pending_ = *std::move(pending);
  return {};
}

Outcome<std::shared_ptr<Branch>> Log::LoadBranch(std::uint64_t number) const {
  auto branch = std::make_shared<Branch>();
  branch->number = number;
  const Outcome<void> read = store_->ForEachLeaf(
      number,
      [&](std::uint64_t entry_id, const Hash& leaf_hash) { branch->Add(entry_id, leaf_hash); });
  if (!read) {
    return Sorry(read.error());
  }
  return branch;
}

Log::Branches Log::LiveBranches() const {
  Branches out;
  for (const Face& face : faces_) {
    Branch* branch = face.branch.get();
    if (std::find(out.begin(), out.end(), branch) == out.end()) {
      out.push_back(branch);
    }
  }
  return out;
}

std::vector<std::size_t> Log::FacesOf(std::optional<std::size_t> face) const {
  if (face) {
    return {*face};
  }
  std::vector<std::size_t> out(faces_.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = i;
  }
  return out;
}

Outcome<void> Log::Tell(std::string_view lie, std::optional<std::size_t> face,
                        std::uint64_t now_ms) {
  Outcome<ActiveLie> told = DecodeLie(lie);
  if (!told) {
    return Sorry(told.error());
  }
  if (face && *face >= faces_.size()) {
    return Sorry(options_.name + " has no face " + std::to_string(*face));
  }
  if (told->lie->only && *told->lie->only != options_.kind) {
    return Sorry(std::string(told->lie->name) + " is for logs of the kind " +
                 std::string(LogKindName(*told->lie->only)));
  }
  const std::vector<std::size_t> faces = FacesOf(face);
  if (told->lie->begin != nullptr) {
    return told->lie->begin(*this, faces, told->number, now_ms);
  }
  const std::lock_guard lock(mutex_);
  for (const std::size_t i : faces) {
    // The same lie again is the same lie with another value.
    std::erase_if(faces_[i].lies, [&](const ActiveLie& old) { return old.lie == told->lie; });
    told->since = faces_[i].branch->sth.head;
    faces_[i].lies.push_back(*told);
  }
  return {};
}

void Log::BeHonest(std::optional<std::size_t> face) {
  const std::lock_guard lock(mutex_);
  for (const std::size_t i : FacesOf(face)) {
    if (i < faces_.size()) {
      faces_[i].lies.clear();
    }
  }
}

std::vector<ActiveLie> Log::Lies(std::size_t face) {
  const std::lock_guard lock(mutex_);
  return faces_.at(face).lies;
}

void Log::SetOrigin(std::size_t face, std::string origin) {
  const std::lock_guard lock(mutex_);
  faces_.at(face).origin = std::move(origin);
}

tattle::Log Log::ListEntry(const std::string& url) const {
  tattle::Log out;
  out.log_id = key_.log_id();
  out.description = options_.operator_name + " " + options_.name;
  out.operator_name = options_.operator_name;
  out.key_spki = key_.spki();
  out.key = key_.public_key();
  out.kind = options_.kind;
  out.state = LogState::kUsable;
  out.state_since_ms = kYear2020Ms;
  out.url = url;
  if (options_.kind == LogKind::kStaticCt) {
    out.monitoring_url = url;
  }
  out.mmd_s = options_.mmd_s;
  return out;
}

}  // namespace tattle::testlog
