// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// FileCache: files of a static-ct log that never change, such as tiles and issuers.

#ifndef TATTLE_PLUGIN_NET_FILE_CACHE_H_
#define TATTLE_PLUGIN_NET_FILE_CACHE_H_

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "core/base/bytes.h"

namespace tattle {

// FileCache drops what was not asked for longest, beyond a number of files or of bytes. Whoever
// holds a File may keep it. Only what was verified may go in. Not thread-safe.
class FileCache {
 public:
  using File = std::shared_ptr<const ByteVector>;

  FileCache(std::size_t max_files, std::size_t max_size)
      : max_files_(max_files), max_size_(max_size) {}

  // Find is null for a file that is not there.
  File Find(const std::string& path);

  // Insert puts a file in, or in the place of another.
  void Insert(const std::string& path, File file);

  void Clear();

  std::size_t num_files() const { return files_.size(); }

 private:
  using Entry = std::pair<std::string, File>;

  void Drop(std::list<Entry>::iterator entry);

  std::size_t max_files_;
  std::size_t max_size_;
  std::size_t size_ = 0;
  std::list<Entry> files_;  // the one asked for last comes first
  std::map<std::string, std::list<Entry>::iterator> by_path_;
};

// FileCaches has a FileCache for each of so many logs, and drops the one that was not asked for
// longest; whoever holds it may keep it. Thread-safe, but a FileCache is for one user at a time.
class FileCaches {
 public:
  // Each cache has the bounds of FileCache.
  FileCaches(std::size_t max_logs, std::size_t max_files, std::size_t max_size)
      : max_logs_(max_logs), max_files_(max_files), max_size_(max_size) {}

  std::shared_ptr<FileCache> Of(const LogId& log_id);

 private:
  std::size_t max_logs_;
  std::size_t max_files_;
  std::size_t max_size_;
  std::mutex mutex_;                                                // guards what follows
  std::list<std::pair<LogId, std::shared_ptr<FileCache>>> caches_;  // the last one asked for first
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_NET_FILE_CACHE_H_
