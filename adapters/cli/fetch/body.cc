// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/fetch/body.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

#include "adapters/cli/files/descriptor.h"
#include "adapters/cli/output/terminal_text.h"

namespace tattle::cli {
namespace {

// LooksLikeText: no control character that text does without. Others may be commands to a terminal.
bool LooksLikeText(Bytes part) {
  constexpr std::string_view kOfText = "\t\n\v\f\r\b";
  return std::all_of(part.begin(), part.end(), [&](std::uint8_t byte) {
    return (byte >= 0x20 && byte != 0x7f) ||
           kOfText.find(static_cast<char>(byte)) != std::string_view::npos;
  });
}

}  // namespace

Body::Body(const BodySettings& settings) : settings_(settings) {}

Outcome<Body> Body::Open(const BodySettings& settings) {
  Body body(settings);
  const std::string& path = settings.file;
  if (path.empty() || path == "-") {
    body.fd_ = settings.is_kept ? STDOUT_FILENO : -1;
    body.is_on_terminal_ = settings.is_kept && isatty(STDOUT_FILENO) == 1;
    return body;
  }
  struct stat status = {};
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    // A file in the place of a device or a pipe would not be what that was.
    body.device_ = Descriptor(open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
    if (body.device_.fd() < 0) {
      return Sorry(fmt::format("-o: cannot write {}: {}", Sanitize(path), SystemMessage(errno)));
    }
    body.fd_ = body.device_.fd();
    return body;
  }
  Outcome<PartialFile> file = PartialFile::Create(path);
  if (!file) {
    return Sorry("-o: " + Sanitize(file.error(), file.error().size()));
  }
  body.file_.emplace(*std::move(file));
  return body;
}

bool Body::Fail(std::string problem) {
  problem_ = std::move(problem);
  return false;
}

std::string Body::TooLarge() const {
  return fmt::format("the answer has more than {} bytes, which --max-size does not allow",
                     settings_.max_size);
}

bool Body::Take(Bytes part) {
  if (settings_.max_size != 0 && part.size() > settings_.max_size - num_bytes_) {
    return Fail(TooLarge());
  }
  if (is_on_terminal_ && settings_.file.empty() && !LooksLikeText(part)) {
    return Fail(
        "the answer is no text, and stdout is a terminal: use -o FILE, or -o - all the same");
  }
  return Write(part);
}

bool Body::TakeText(std::string_view text) {
  return Write(AsBytes(text));
}

bool Body::Write(Bytes part) {
  num_bytes_ += part.size();
  if (file_) {
    const Outcome<void> written = file_->Write(part);
    return written || Fail(written.error());
  }
  while (fd_ >= 0 && !part.empty()) {
    const ssize_t len = write(fd_, part.data(), part.size());
    if (len < 0 && errno != EINTR) {
      is_reader_gone_ = errno == EPIPE;
      return Fail(
          is_reader_gone_ ? "" : fmt::format("cannot write the answer: {}", SystemMessage(errno)));
    }
    part = part.subspan(len < 0 ? 0 : static_cast<std::size_t>(len));
  }
  return true;
}

Outcome<void> Body::Finish() {
  return file_ ? file_->Finish() : Outcome<void>();
}

}  // namespace tattle::cli
