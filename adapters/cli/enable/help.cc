// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/enable/help.h"

#include "adapters/cli/files/file_change.h"

namespace tattle::cli {
namespace {

// ListKinds is the table of kinds, the names to the left.
std::string ListKinds() {
  constexpr std::size_t kIndent = 15;
  std::string out;
  for (const ProgramKind* kind : AllProgramKinds()) {
    std::string left = std::string("  ") + kind->name;
    for (const std::string_view line : SplitLines(std::string_view(kind->summary))) {
      left.resize(kIndent, ' ');
      out.append(left).append(Trim(line)).append("\n");
      left.clear();
    }
  }
  return out;
}

}  // namespace

std::string WarningsOf(const ProgramKind& kind, std::string_view mode) {
  std::string out;
  if (kind.is_included) {
    out +=
        "warning: every program that uses OpenSSL loads the module when it next starts, sshd too.\n"
        "warning: if the module is removed before this line is, some programs start no more.\n";
  }
  if (mode == "require") {
    out +=
        "warning: in mode require, connections are refused where the server's SCTs do not satisfy "
        "the policy; look at what report says first.\n";
  }
  return out;
}

std::string EnableHelp() {
  return "PROGRAM is one of\n" + ListKinds() +
         "\n"
         "The program is told to read a configuration file of OpenSSL (cnf) that includes the\n"
         "system's and loads the module. There is one cnf a mode, shared by all programs of it:\n"
         "  /etc/tattle/openssl.cnf          no --mode: the mode of /etc/tattle/tattle.conf, or "
         "report\n"
         "  /etc/tattle/openssl-report.cnf   --mode report\n"
         "  /etc/tattle/openssl-require.cnf  --mode require\n"
         "So one program can be in report and another in require. A cnf is written if it is not\n"
         "there; keys that you add to its last section (policy, exempt_hosts, ...) stay, and a "
         "file\n"
         "of your own in its place is used as it is, if it loads the module. For keys that one\n"
         "program alone is to have, copy a cnf, change it, and name it with --cnf.\n"
         "(system-wide has system-wide.cnf, system-wide-report.cnf and system-wide-require.cnf.)\n"
         "\n"
         "The change is shown as a diff and then made, file by file and each at one stroke; on a\n"
         "terminal you are asked first. Settings and files that are not ours are never changed or\n"
         "overwritten. Nothing is restarted: what has to be is said at the end, and\n"
         "`tattle status` looks whether it worked. The module has to be there before; it goes\n"
         "after everything is disabled.\n"
         "\n"
         "Programs with TLS of their own (GnuTLS, NSS, Go, Rust, Java) cannot load the module;\n"
         "`tattle selftest` finds out which do.\n"
         "\n"
         "Exit status: 0 enabled, or it was already; 2 it could not be done.\n"
         "\n"
         "Files: /etc/tattle/*.cnf, /etc/tattle/tattle.conf, /etc/ssl/openssl.cnf.\n"
         "\n"
         "Examples:\n"
         "  tattle enable prosody --dry-run\n"
         "  tattle enable postfix --mode report\n"
         "  tattle enable env --file /etc/cron.d/backup --mode require\n"
         "See also: tattle status --help, tattle selftest --help";
}

std::string DisableHelp() {
  return "PROGRAM is one of\n" + ListKinds() +
         "\n"
         "Takes back exactly what `tattle enable` did to the program: the drop-in, the parameter,\n"
         "the line. The cnf below /etc/tattle stays, since other programs may name it. The "
         "program\n"
         "goes on with the module until it is started again. Remove the module last.\n"
         "\n"
         "Exit status: 0 disabled, or it was already; 2 it could not be done.\n"
         "\n"
         "Example:\n"
         "  tattle disable prosody";
}

}  // namespace tattle::cli
