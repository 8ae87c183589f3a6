// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What most tests include, compiled once for all of them. Each still includes what it uses.

#ifndef TATTLE_TESTS_TESTLIB_PCH_TESTS_H_
#define TATTLE_TESTS_TESTLIB_PCH_TESTS_H_

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tl/expected.hpp>

#endif  // TATTLE_TESTS_TESTLIB_PCH_TESTS_H_
