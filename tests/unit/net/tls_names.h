// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// TlsNames: a CA in a file, and certificates by it for servers of any name.

#ifndef TATTLE_TESTS_UNIT_NET_TLS_NAMES_H_
#define TATTLE_TESTS_UNIT_NET_TLS_NAMES_H_

#include <cstdint>
#include <string>

#include "core/base/bytes.h"
#include "tests/testlib/pem_text.h"
#include "tests/testlib/pki.h"
#include "tests/testlib/scratch_folder.h"
#include "tests/unit/net/scripted_server.h"

namespace tattle::testing {

class TlsNames {
 public:
  TlsNames() { folder_.Write("ca.pem", testlib::PemText(ca_.certificate())); }

  // Issue is good for all times: libcurl has the real one.
  TlsIdentity Issue(const std::string& name,
                    const testlib::MakeSctList& make_sct_list = nullptr) const {
    return IssueFor(name, 1'500'000'000'000, 4'000'000'000'000, make_sct_list);
  }

  TlsIdentity IssueFor(const std::string& name, std::uint64_t not_before_ms,
                       std::uint64_t not_after_ms,
                       const testlib::MakeSctList& make_sct_list = nullptr) const {
    const testlib::TestKey key = testlib::TestKey::P256();
    testlib::TestCertificateSpec spec;
    spec.common_name = name;
    spec.not_before_ms = not_before_ms;
    spec.not_after_ms = not_after_ms;
    return {ca_.Issue(key, spec, make_sct_list), key};
  }

  std::string ca_file() const { return folder_.Path("ca.pem"); }
  const testlib::TestCa& ca() const { return ca_; }

 private:
  testlib::TestCa ca_{"Test CA"};
  testlib::ScratchFolder folder_;
};

}  // namespace tattle::testing

#endif  // TATTLE_TESTS_UNIT_NET_TLS_NAMES_H_
