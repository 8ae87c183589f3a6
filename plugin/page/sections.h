// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The parts of the page. Each writes nothing where the document has nothing for it.

#ifndef TATTLE_PLUGIN_PAGE_SECTIONS_H_
#define TATTLE_PLUGIN_PAGE_SECTIONS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/page/document.h"
#include "plugin/page/html.h"

namespace tattle {

// CountEvidence is how many pieces there are, those that are not listed with them.
std::uint64_t CountEvidence(const StatusView& view);

// FindConcerns is what an operator has to look at, a sentence each.
std::vector<std::string> FindConcerns(const StatusView& view);

void WriteEvidence(Html& html, const StatusView& view);
void WriteFigures(Html& html, const StatusView& view);
void WriteCertificates(Html& html, const StatusView& view);
void WriteVerdictSection(Html& html, const StatusView& view);
void WriteLogs(Html& html, const StatusView& view);
void WriteGossip(Html& html, const StatusView& view);

// WriteMore says how many rows were left out, if any.
void WriteMore(Html& html, std::uint64_t num_all, std::size_t num_shown);

// A certificate whose SCTs suffice for less than this is one to look at.
inline constexpr std::uint64_t kSoonMs = std::uint64_t{30} * 24 * 3600 * 1000;

}  // namespace tattle

#endif  // TATTLE_PLUGIN_PAGE_SECTIONS_H_
