// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// How --help of our programs looks.

#ifndef TATTLE_PLUGIN_SERVICE_HELP_FORMATTER_H_
#define TATTLE_PLUGIN_SERVICE_HELP_FORMATTER_H_

#include <memory>

// NOLINTNEXTLINE(readability-identifier-naming): the library says so
namespace CLI {
class FormatterBase;
}  // namespace CLI

namespace tattle {

// MakeHelpFormatter makes what writes help: a line of summary, the usage, then arguments, options
// and verbs in two columns that are as wide as a footer, then the footer. An option is shown by its
// names and the name of its value; that it is required, its default, and what it goes not with are
// said behind its text. The man pages are held against this form, and completions are made from
// it (adapters/cli/man).
std::shared_ptr<CLI::FormatterBase> MakeHelpFormatter();

}  // namespace tattle

#endif  // TATTLE_PLUGIN_SERVICE_HELP_FORMATTER_H_
