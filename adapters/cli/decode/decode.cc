// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// `tattle decode`: what is in this blob?

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/cli/commands.h"
#include "adapters/cli/deadline.h"
#include "adapters/cli/decode/describe.h"
#include "adapters/cli/files/file.h"
#include "adapters/cli/loglist/log_list_source.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/terminal_text.h"
#include "core/base/base64.h"
#include "core/base/limits.h"
#include "plugin/runtime/outcome.h"
#include "plugin/service/command_line.h"

namespace tattle::cli {
namespace {

struct Options {
  std::string input;
  std::string kind = "auto";
  std::string log_list;
  bool json = false;
};

std::string WithoutSpace(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
      out += c;
    }
  }
  return out;
}

// Readings are what the input may mean: its bytes as they are, and, where it is text, the bytes
// that its hexadecimal or base64 digits stand for. Tools print hexadecimal with colons.
std::vector<ByteVector> Readings(const ByteVector& input) {
  std::vector<ByteVector> out = {input};
  std::string text = WithoutSpace(AsText(input));
  if (Result<ByteVector> bytes = DecodeBase64(text)) {
    out.push_back(*std::move(bytes));
  }
  std::erase(text, ':');
  if (Result<ByteVector> bytes = DecodeHex(text)) {
    out.push_back(*std::move(bytes));
  }
  return out;
}

Outcome<ByteVector> ReadInput(const std::string& input) {
  if (input == "-") {
    return ReadFilledFile("/dev/stdin", kMaxCertificateSize, Deadline(kPipeTimeout));
  }
  if (Exists(input)) {
    return ReadFilledFile(input, kMaxCertificateSize, Deadline(kPipeTimeout));
  }
  return ToVector(AsBytes(input));
}

struct Decoded {
  std::string_view title;
  Fields fields;
};

// Decode tries each reading as each structure asked for. Of several failures the one that got
// furthest into its input is the most useful to the reader.
Outcome<Decoded> Decode(const ByteVector& input, std::string_view kind, const LogList& logs) {
  std::optional<Error> furthest;
  for (const ByteVector& reading : Readings(input)) {
    for (const Structure& structure : Structures()) {
      if (kind != "auto" && kind != structure.name) {
        continue;
      }
      Result<Fields> fields = structure.decode(reading, logs);
      if (fields) {
        return Decoded{structure.title, *std::move(fields)};
      }
      if (!furthest || fields.error().offset > furthest->offset) {
        furthest = fields.error();
      }
    }
  }
  if (kind == "auto") {
    return Sorry(
        "not an SCT, SCT list, signed tree head, checkpoint or Merkle tree leaf, neither as it is "
        "nor as hexadecimal or base64 digits: name what it should be with --as to learn where it "
        "fails; if it was meant as a file, check the path");
  }
  return Sorry("not " + std::string(kind) + ": " + Describe(*furthest));
}

int Run(const Options& options) {
  const std::string subject = "decode " + Sanitize(options.input, 40);
  const Outcome<LoadedLogList> logs = LoadLogList(options.log_list);
  if (!logs) {
    return ComplainOf(subject, logs.error());
  }
  const Outcome<ByteVector> input = ReadInput(options.input);
  if (!input) {
    return ComplainOf(subject, input.error());
  }
  const Outcome<Decoded> decoded = Decode(*input, options.kind, *logs->list);
  if (!decoded) {
    return ComplainOf(subject, decoded.error());
  }
  const std::string text = options.json
                               ? decoded->fields.RenderJson() + "\n"
                               : std::string(decoded->title) + "\n" + decoded->fields.RenderText();
  std::fwrite(text.data(), 1, text.size(), stdout);
  return kExitYes;
}

}  // namespace

void AddDecodeCommand(Verb program, int& exit_status) {
  auto options = std::make_shared<Options>();
  const Verb command = program.AddVerb("decode", "print an SCT, list, tree head or leaf by fields");
  command.Footer(
      "Nothing is verified: this shows what is claimed, not what is true.\n\n"
      "Exit status: 0 decoded, 2 not.\n\n"
      "Examples:\n"
      "  tattle decode AN4AdQDf3Fbf...           # base64 of an SCT list\n"
      "  tattle decode --as sct sct.bin\n"
      "  curl -s https://log.example/ct/v1/get-sth | tattle decode -");
  std::vector<std::string> kinds = {"auto"};
  for (const Structure& structure : Structures()) {
    kinds.emplace_back(structure.name);
  }
  command
      .AddOption("INPUT", options->input,
                 "a file, - for standard input, or hexadecimal or base64 digits")
      .Required();
  command
      .AddOption("--as", options->kind,
                 "what it is: auto (default: found out), sth, checkpoint, sct-list, sct or "
                 "merkle-leaf")
      .OneOf(kinds)
      .TypeName("KIND");
  command.AddOption("--log-list", options->log_list, "the log list that names the logs")
      .TypeName("FILE");
  command.AddFlag("--json", options->json, "print one JSON object");
  command.OnCall([options, &exit_status] { exit_status = Run(*options); });
}

}  // namespace tattle::cli
