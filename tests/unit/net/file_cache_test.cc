// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/file_cache.h"

#include <string>

#include <gtest/gtest.h>

namespace tattle::file_cache_test {
namespace {

FileCache::File FileOf(std::size_t size) {
  return std::make_shared<const ByteVector>(size);
}

TEST(FileCacheTest, DropsWhatWasNotAskedForLongest) {
  FileCache cache(3, 1000);
  for (const char* path : {"a", "b", "c"}) {
    cache.Insert(path, FileOf(1));
  }
  EXPECT_TRUE(cache.Find("a"));
  cache.Insert("d", FileOf(1));
  EXPECT_FALSE(cache.Find("b"));
  EXPECT_TRUE(cache.Find("a"));
  EXPECT_TRUE(cache.Find("c"));
  EXPECT_TRUE(cache.Find("d"));
}

TEST(FileCacheTest, BoundsTheBytes) {
  FileCache cache(100, 1000);
  cache.Insert("a", FileOf(600));
  cache.Insert("b", FileOf(400));
  EXPECT_EQ(cache.num_files(), 2U);
  cache.Insert("b", FileOf(300));
  cache.Insert("c", FileOf(100));
  EXPECT_EQ(cache.num_files(), 3U);
  cache.Insert("d", FileOf(1));
  EXPECT_FALSE(cache.Find("a"));
  EXPECT_EQ(cache.num_files(), 3U);
  cache.Insert("too large", FileOf(1001));
  EXPECT_EQ(cache.num_files(), 0U);
}

TEST(FileCacheTest, LeavesAFileToWhoeverHoldsIt) {
  FileCache cache(1, 1000);
  cache.Insert("a", FileOf(5));
  const FileCache::File held = cache.Find("a");
  cache.Clear();
  EXPECT_FALSE(cache.Find("a"));
  EXPECT_EQ(held->size(), 5U);
}

TEST(FileCachesTest, KeepsThoseOfTheLogsThatWereAskedForLast) {
  FileCaches caches(2, 1, 1000);
  const std::shared_ptr<FileCache> first = caches.Of({1});
  first->Insert("a", FileOf(1));
  first->Insert("b", FileOf(1));
  EXPECT_EQ(first->num_files(), 1U);
  EXPECT_NE(caches.Of({2}), first);
  EXPECT_EQ(caches.Of({1}), first);
  caches.Of({3});  // in the place of the second
  EXPECT_TRUE(caches.Of({1})->Find("b"));
  caches.Of({2});
  caches.Of({3});
  EXPECT_FALSE(caches.Of({1})->Find("b"));
  EXPECT_TRUE(first->Find("b"));
}

}  // namespace
}  // namespace tattle::file_cache_test
