// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A folder with the SCTs of one certificate, in the forms that servers take.
//
//   LOG_ID.sct        a SerializedSCT, one file a log, named by the log's id in hexadecimal
//   scts.sctlist      all of them as a SignedCertificateTimestampList: the bytes of TLS extension
//   18 CERTIFICATE.sctl  the same, by the name under which HAProxy looks for it serverinfo.pem the
//   same as a SERVERINFOV2 block, for OpenSSL and so for nginx scts.json         what is there, for
//   which certificate and policy
//
// SCTs of a precertificate go into the certificate: of them there are only the first two and the
// last.

#ifndef TATTLE_ADAPTERS_CLI_SUBMIT_SCT_FOLDER_H_
#define TATTLE_ADAPTERS_CLI_SUBMIT_SCT_FOLDER_H_

#include <string>
#include <vector>

#include "adapters/cli/files/made_folder.h"
#include "core/base/bytes.h"
#include "plugin/audit/submission_record.h"
#include "plugin/runtime/outcome.h"

namespace tattle::cli {

// SctFolderFiles are the paths of a folder; those that do not apply are empty.
struct SctFolderFiles {
  std::string list;
  std::string haproxy;
  std::string server_info;
  std::string record;
};

SctFolderFiles FilesOf(const std::string& folder, const SubmissionRecord& record);

// PrepareSctFolder makes the folder and tries whether WriteSctFolder could write to it for this
// certificate file: to be done before a log is asked, since what was submitted is public. Keep the
// folder until it is filled.
Outcome<MadeFolder> PrepareSctFolder(const std::string& folder,
                                     const std::string& certificate_file);

// WriteSctFolder makes the folder if it is not there, replaces each file at one stroke, the record
// last, and then removes the SCTs of logs that have none any more. `scts` are those of record.scts,
// in the same order; their `file` is filled in here. Refuses a folder with the SCTs of another
// certificate file.
Outcome<void> WriteSctFolder(const std::string& folder, SubmissionRecord record,
                             const std::vector<ByteVector>& scts);

// ReadSctFolder reads the record. Fails where there is none.
Outcome<SubmissionRecord> ReadSctFolder(const std::string& folder);

// ReadSctListOf reads scts.sctlist. Fails where it or another file of the record is missing.
Outcome<ByteVector> ReadSctListOf(const std::string& folder, const SubmissionRecord& record);

// EncodeServerInfo writes the PEM block with which OpenSSL sends the list in TLS 1.2 and 1.3, on
// the server's own certificate only and not on resumption.
Outcome<std::string> EncodeServerInfo(Bytes sct_list);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_SUBMIT_SCT_FOLDER_H_
