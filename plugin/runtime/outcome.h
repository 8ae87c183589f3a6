// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Outcome: a value, or a sentence for whoever runs the program.

#ifndef TATTLE_PLUGIN_RUNTIME_OUTCOME_H_
#define TATTLE_PLUGIN_RUNTIME_OUTCOME_H_

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace tattle {

// Outcome carries an error that says what is wrong, where, and what to do. It stands behind a name,
// "tattle: TARGET: ", and so begins in lower case and has no full stop at its end. Text from
// outside is sanitised before it enters one.
template <typename T>
using Outcome = tl::expected<T, std::string>;

inline tl::unexpected<std::string> Sorry(std::string sentence) {
  return tl::unexpected<std::string>(std::move(sentence));
}

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_OUTCOME_H_
