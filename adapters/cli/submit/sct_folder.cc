// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/submit/sct_folder.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "adapters/cli/files/file.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/pem.h"
#include "adapters/cli/output/terminal_text.h"
#include "core/base/base64.h"
#include "core/base/limits.h"
#include "core/base/writer.h"
#include "core/wire/sct.h"
#include "plugin/audit/bounds.h"
#include "plugin/audit/submitter.h"
#include "plugin/runtime/file.h"
#include "plugin/service/replace_file.h"

namespace tattle::cli {
namespace {

// SSL_EXT_* of OpenSSL: in the ClientHello, in the ServerHello of TLS 1.2, beside the certificate
// in TLS 1.3, and not on resumption.
constexpr std::uint16_t kServerInfoContext = 0x0080 | 0x0100 | 0x1000 | 0x0040;
constexpr std::uint16_t kSctExtension = 18;

std::string Join(const std::string& folder, const std::string& name) {
  return (std::filesystem::path(folder) / name).string();
}

// IsOurSct: 64 hexadecimal digits and ".sct".
bool IsOurSct(const std::filesystem::path& path) {
  const Result<ByteVector> log_id = DecodeHex(path.stem().string());
  return path.extension() == ".sct" && log_id && log_id->size() == LogId().size();
}

// RemoveOthers removes the SCTs that are not of the record: a server that reads all that is in the
// folder must not find them.
Outcome<void> RemoveOthers(const std::string& folder, const SubmissionRecord& record) {
  std::set<std::string> names;
  for (const RecordedSct& sct : record.scts) {
    names.insert(sct.file);
  }
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (IsOurSct(entry.path()) && !names.contains(entry.path().filename().string())) {
      std::filesystem::remove(entry.path(), error);
      if (error) {
        break;
      }
    }
  }
  if (error) {
    return Sorry(fmt::format("cannot remove old SCTs from {}: {}", folder, error.message()));
  }
  return {};
}

// RefuseOther keeps the SCTs of two certificates out of one folder.
Outcome<void> RefuseOther(const std::string& folder, const std::string& certificate_file) {
  if (!Exists(Join(folder, "scts.json"))) {
    return {};
  }
  const Outcome<SubmissionRecord> old = ReadSctFolder(folder);
  if (!old) {
    return Sorry(old.error());
  }
  if (old->certificate_file != certificate_file) {
    return Sorry(fmt::format(
        "{} holds the SCTs of {}: name another folder for {}, since a server sends all SCTs of a "
        "folder with one certificate",
        folder, Sanitize(old->certificate_file), Sanitize(certificate_file)));
  }
  return {};
}

// File is one to be written.
struct File {
  std::string path;
  ByteVector content;
};

Outcome<std::vector<File>> MakeFiles(const std::string& folder, const SubmissionRecord& record,
                                     const std::vector<ByteVector>& scts) {
  const SctFolderFiles names = FilesOf(folder, record);
  const Result<ByteVector> list = EncodeSctList(scts);
  if (!list) {
    return Sorry("the SCTs are too many for one list: name fewer logs");
  }
  std::vector<File> files;
  for (std::size_t i = 0; i < scts.size(); ++i) {
    files.push_back({Join(folder, record.scts.at(i).file), scts[i]});
  }
  files.push_back({names.list, *list});
  if (!record.is_precertificate) {
    const Outcome<std::string> server_info = EncodeServerInfo(*list);
    if (!server_info) {
      return Sorry(server_info.error());
    }
    files.push_back({names.haproxy, *list});
    files.push_back({names.server_info, ToVector(AsBytes(*server_info))});
  }
  files.push_back({names.record, ToVector(AsBytes(EncodeSubmissionRecord(record)))});
  return files;
}

}  // namespace

SctFolderFiles FilesOf(const std::string& folder, const SubmissionRecord& record) {
  SctFolderFiles files;
  files.list = Join(folder, "scts.sctlist");
  files.record = Join(folder, "scts.json");
  if (!record.is_precertificate) {
    const std::string name = std::filesystem::path(record.certificate_file).filename().string();
    files.haproxy = Join(folder, name + ".sctl");
    files.server_info = Join(folder, "serverinfo.pem");
  }
  return files;
}

Outcome<MadeFolder> PrepareSctFolder(const std::string& folder,
                                     const std::string& certificate_file) {
  Outcome<MadeFolder> made = MadeFolder::CreateWritable(folder);
  if (const Outcome<void> alone = made ? RefuseOther(folder, certificate_file) : Outcome<void>();
      !alone) {
    return Sorry(alone.error());
  }
  return made;
}

Outcome<void> WriteSctFolder(const std::string& folder, SubmissionRecord record,
                             const std::vector<ByteVector>& scts) {
  const Outcome<MadeFolder> made = MadeFolder::Create(folder);
  if (!made) {
    return Sorry(made.error());
  }
  for (RecordedSct& sct : record.scts) {
    sct.file = Hex(sct.log_id) + ".sct";
  }
  const Outcome<std::vector<File>> files = MakeFiles(folder, record, scts);
  if (!files) {
    return Sorry(files.error());
  }
  const Outcome<FolderLock> lock = FolderLock::Create(files->back().path, SayWaiting);
  if (!lock) {
    return Sorry(lock.error());
  }
  if (Outcome<void> alone = RefuseOther(folder, record.certificate_file); !alone) {
    return alone;
  }
  for (const File& file : *files) {
    if (Outcome<void> done = ReplaceFile(file.path, file.content); !done) {
      return done;
    }
  }
  return RemoveOthers(folder, record);
}

Outcome<SubmissionRecord> ReadSctFolder(const std::string& folder) {
  const std::string path = Join(folder, "scts.json");
  const Outcome<ByteVector> text = ReadFile(path, kMaxJsonSize);
  if (!text) {
    return Sorry(fmt::format("{} {}; fill the folder with tattle submit CHAIN --out {}", path,
                             text.error(), folder));
  }
  Result<SubmissionRecord> record = DecodeSubmissionRecord(*text);
  if (!record) {
    return Sorry(
        fmt::format("{} is no record of SCTs ({}): remove it, and fill the folder with "
                    "tattle submit CHAIN --out {}",
                    path, Describe(record.error()), folder));
  }
  return *std::move(record);
}

Outcome<ByteVector> ReadSctListOf(const std::string& folder, const SubmissionRecord& record) {
  const SctFolderFiles files = FilesOf(folder, record);
  std::vector<std::string> paths = {files.haproxy, files.server_info};
  for (const RecordedSct& sct : record.scts) {
    // A name with a folder in it is none of ours.
    paths.push_back(Join(folder, std::filesystem::path(sct.file).filename().string()));
  }
  for (const std::string& path : paths) {
    if (!path.empty() && !Exists(path)) {
      return Sorry(path + " is missing");
    }
  }
  return ReadFile(files.list, kMaxSctListFileSize);
}

Outcome<std::string> EncodeServerInfo(Bytes sct_list) {
  ByteWriter writer;
  writer.WriteUint16(0);
  writer.WriteUint16(kServerInfoContext);
  writer.WriteUint16(kSctExtension);
  writer.WriteVector16(sct_list);
  const Result<ByteVector> block = writer.Finish();
  if (!block) {
    return Sorry("the SCTs are too many for a TLS extension: name fewer logs");
  }
  return EncodePem("SERVERINFOV2 FOR CT", *block);
}

}  // namespace tattle::cli
