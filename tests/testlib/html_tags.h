// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A strict reader of the HTML that the status page is written in: what it does not take no browser
// needs to guess at.

#ifndef TATTLE_TESTS_TESTLIB_HTML_TAGS_H_
#define TATTLE_TESTS_TESTLIB_HTML_TAGS_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/testlib/html_cursor.h"

namespace tattle::testlib {

// HtmlTags is what a document is made of, beside its text.
struct HtmlTags {
  std::string fault;              // empty: it is well formed
  std::vector<std::string> tags;  // with the names of their attributes
  std::vector<std::string> links;
  std::string style;  // the content of <style>
};

// HtmlReader reads one document.
class HtmlReader : private HtmlCursor {
 public:
  using HtmlCursor::HtmlCursor;

  HtmlTags Read() {
    if (!Take("<!DOCTYPE html>\n")) {
      return Fault("it has no document type");
    }
    while (!rest_.empty() && out_.fault.empty()) {
      if (rest_.front() == '<') {
        ReadTag();
      } else {
        ReadText();
      }
    }
    if (out_.fault.empty() && !open_.empty()) {
      out_.fault = "not closed: " + open_.back();
    }
    return out_;
  }

 private:
  HtmlTags Fault(std::string what) {
    out_.fault = std::move(what) + ", before: " + std::string(rest_.substr(0, 60));
    return out_;
  }

  void ReadText() {
    const bool is_plain = rest_.front() != '&' && rest_.front() != '>';
    if (is_plain) {
      rest_.remove_prefix(1);
    } else if (!TakeReference()) {
      Fault("a bracket or an ampersand that is not escaped");
    }
  }

  void ReadTag() {
    Take("<");
    if (Take("/")) {
      const std::string name = TakeName();
      if (open_.empty() || open_.back() != name || !Take(">")) {
        Fault("an end of what is not open: " + name);
        return;
      }
      open_.pop_back();
      return;
    }
    const std::string name = TakeName();
    std::string tag = name;
    while (Take(" ")) {
      ReadAttribute(tag);
    }
    const bool is_empty = Take("/");
    if (name.empty() || name == "script" || !Take(">")) {
      Fault("not a tag: " + name);
      return;
    }
    out_.tags.push_back(tag);
    if (name == "style") {
      ReadStyle();
    } else if (!is_empty && name != "meta") {
      open_.push_back(name);
    }
  }

  void ReadAttribute(std::string& tag) {
    const std::string name = TakeName();
    std::string value;
    if (name.empty() || name.starts_with("on") || name == "style" || name == "src" ||
        !Take("=\"")) {
      Fault("not an attribute: " + name);
      return;
    }
    while (!rest_.empty() && rest_.front() != '"' && rest_.front() != '<') {
      if (rest_.front() == '&') {
        if (!TakeReference()) {
          break;
        }
        value += '?';
        continue;
      }
      value += rest_.front();
      rest_.remove_prefix(1);
    }
    if (!Take("\"")) {
      Fault("a value without an end");
      return;
    }
    if (name == "href") {
      out_.links.push_back(value);
    }
    tag += " " + name;
  }

  void ReadStyle() {
    constexpr std::string_view kEnd = "</style>";
    const std::size_t end = rest_.find(kEnd);
    if (end == std::string_view::npos || !out_.style.empty()) {
      Fault("a style without an end, or one more");
      return;
    }
    out_.style = rest_.substr(0, end);
    rest_.remove_prefix(end + kEnd.size());
  }

  std::vector<std::string> open_;
  HtmlTags out_;
};

// ReadTags reads a document.
inline HtmlTags ReadTags(std::string_view html) {
  return HtmlReader(html).Read();
}

}  // namespace tattle::testlib

#endif  // TATTLE_TESTS_TESTLIB_HTML_TAGS_H_
