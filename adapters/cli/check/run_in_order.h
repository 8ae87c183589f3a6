// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Many slow things at once, their results in the order of the questions.

#ifndef TATTLE_ADAPTERS_CLI_CHECK_RUN_IN_ORDER_H_
#define TATTLE_ADAPTERS_CLI_CHECK_RUN_IN_ORDER_H_

#include <cstddef>
#include <functional>

namespace tattle::cli {

struct OrderedRun {
  std::size_t num_items = 0;
  std::size_t max_threads = 1;
  std::function<void(std::size_t)> work;      // for item i, in any thread
  std::function<void(std::size_t)> emit;      // for item i when its work is done, in order
  std::function<void(std::size_t)> progress;  // with the number of items done, after each
};

// RunInOrder works on all items in at most max_threads threads and calls emit and progress from the
// calling thread. Returns when all is emitted. Nothing given may throw.
void RunInOrder(const OrderedRun& run);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_CHECK_RUN_IN_ORDER_H_
