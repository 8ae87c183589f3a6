// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/file_cache.h"

#include <algorithm>
#include <iterator>

namespace tattle {

FileCache::File FileCache::Find(const std::string& path) {
  const auto found = by_path_.find(path);
  if (found == by_path_.end()) {
    return nullptr;
  }
  files_.splice(files_.begin(), files_, found->second);
  return found->second->second;
}

void FileCache::Insert(const std::string& path, File file) {
  if (const auto found = by_path_.find(path); found != by_path_.end()) {
    Drop(found->second);
  }
  size_ += file->size();
  files_.emplace_front(path, std::move(file));
  by_path_[path] = files_.begin();
  while (!files_.empty() && (files_.size() > max_files_ || size_ > max_size_)) {
    Drop(std::prev(files_.end()));
  }
}

void FileCache::Clear() {
  by_path_.clear();
  files_.clear();
  size_ = 0;
}

void FileCache::Drop(std::list<Entry>::iterator entry) {
  size_ -= entry->second->size();
  by_path_.erase(entry->first);
  files_.erase(entry);
}

std::shared_ptr<FileCache> FileCaches::Of(const LogId& log_id) {
  const std::scoped_lock lock(mutex_);
  const auto found = std::find_if(caches_.begin(), caches_.end(),
                                  [&](const auto& cache) { return cache.first == log_id; });
  if (found != caches_.end()) {
    caches_.splice(caches_.begin(), caches_, found);
    return found->second;
  }
  caches_.emplace_front(log_id, std::make_shared<FileCache>(max_files_, max_size_));
  if (caches_.size() > max_logs_) {
    caches_.pop_back();
  }
  return caches_.front().second;
}

}  // namespace tattle
