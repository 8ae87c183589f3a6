// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The program tattle-testlog.

#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <openssl/ssl.h>

#include "plugin/service/command_line.h"
#include "tests/testlog/event_ptr.h"
#include "tests/testlog/files.h"
#include "tests/testlog/options.h"
#include "tests/testlog/server.h"

namespace tattle::testlog {
namespace {

constexpr const char* kManual =
    "A log takes chains that lead to one of --roots, gives SCTs, sequences, signs heads, and\n"
    "remembers all of it in DIR. Once it is ready it says so:\n"
    "  face 0: https://127.0.0.1:41231/\n"
    "  ready\n"
    "SIGTERM ends it in good order. Exit status: 0, or 2 when it could not begin, or when a\n"
    "command of ctl was refused.\n\n"
    "Examples:\n"
    "  tattle-testlog --dir /tmp/logs --log amber:rfc6962:Amber --log birch:static-ct:Birch \\\n"
    "      --roots roots.pem\n"
    "  tattle-testlog ctl /tmp/logs/control.sock amber rollback=3\n"
    "  tattle-testlog ctl /tmp/logs/control.sock amber honest\n\n";

std::uint64_t SystemNowMs() {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(since_1970).count());
}

int Complain(const std::string& sentence) {
  fmt::print(stderr, "tattle-testlog: {}\n", sentence);
  return 2;
}

Outcome<std::vector<ByteVector>> ReadRoots(const std::vector<std::string>& files) {
  std::vector<ByteVector> out;
  for (const std::string& file : files) {
    const Outcome<std::vector<ByteVector>> roots = ReadCertificates(file);
    if (!roots) {
      return Sorry(roots.error());
    }
    if (roots->empty()) {
      return Sorry(file + ": no certificate in it");
    }
    out.insert(out.end(), roots->begin(), roots->end());
  }
  return out;
}

Outcome<std::optional<std::string>> AsOption(Outcome<std::string> text) {
  return text ? Outcome<std::optional<std::string>>(*std::move(text)) : Sorry(text.error());
}

// FindLogKey is the private key that the options name for a log, if they do.
Outcome<std::optional<std::string>> FindLogKey(const RunOptions& options, const std::string& name,
                                               const std::vector<std::unique_ptr<Log>>& before) {
  for (const std::string& text : options.log_keys) {
    const auto pair = DecodePair(text);
    if (!pair) {
      return Sorry("--log-key " + pair.error());
    }
    if (pair->first == name) {
      return AsOption(ReadText(pair->second));
    }
  }
  for (const std::string& text : options.same_keys) {
    const auto pair = DecodePair(text);
    if (!pair) {
      return Sorry("--same-key " + pair.error());
    }
    if (pair->first != name) {
      continue;
    }
    for (const std::unique_ptr<Log>& log : before) {
      if (log->options().name == pair->second) {
        return AsOption(log->key().EncodePem());
      }
    }
    return Sorry("--same-key " + text + ": no log of this name stands before it");
  }
  return std::nullopt;
}

Outcome<std::unique_ptr<Log>> OpenLog(const RunOptions& options, const Folder& folder,
                                      LogOptions log_options) {
  const bool fill = options.synthetic != 0;
  log_options.store = folder.PrivatePath(log_options.name + ".sqlite");
  log_options.key_type = options.key_type == "rsa" ? KeyType::kRsa : KeyType::kEcdsaP256;
  log_options.num_faces = std::max<std::size_t>(options.listeners.size(), 1);
  log_options.merge_delay_ms = options.merge_delay_ms;
  log_options.head_interval_ms = options.head_interval_ms;
  log_options.mmd_s = options.mmd_s;
  log_options.max_get_entries = options.max_entries;
  const std::string name = log_options.name;
  Outcome<std::unique_ptr<Log>> log = Log::Create(std::move(log_options), SystemNowMs());
  if (!log) {
    return Sorry(name + ": " + log.error());
  }
  if (fill && (*log)->TreeSize(0) == 0) {
    if (const Outcome<void> added = (*log)->AddSynthetic(options.synthetic, SystemNowMs());
        !added) {
      return Sorry(name + ": " + added.error());
    }
  }
  return log;
}

Outcome<std::unique_ptr<Service>> OpenService(const RunOptions& options, const Folder& folder) {
  const Outcome<std::vector<ByteVector>> roots = ReadRoots(options.roots);
  if (!roots) {
    return Sorry(roots.error());
  }
  std::vector<std::unique_ptr<Log>> logs;
  for (const std::string& text : options.logs) {
    Outcome<LogOptions> log_options = DecodeLogSpec(text);
    if (!log_options) {
      return Sorry(log_options.error());
    }
    Outcome<std::optional<std::string>> key = FindLogKey(options, log_options->name, logs);
    if (!key) {
      return Sorry(key.error());
    }
    log_options->roots = *roots;
    log_options->key_pem = *std::move(key);
    Outcome<std::unique_ptr<Log>> log = OpenLog(options, folder, *std::move(log_options));
    if (!log) {
      return Sorry(log.error());
    }
    logs.push_back(*std::move(log));
  }
  Outcome<std::unique_ptr<Service>> service = Service::Create(std::move(logs));
  if (service) {
    for (const std::string& lie : options.lies) {
      if (const Outcome<void> told = (*service)->Command(lie, SystemNowMs()); !told) {
        return Sorry("--lie: " + told.error());
      }
    }
  }
  return service;
}

Outcome<ServerOptions> MakeServerOptions(const RunOptions& options, const Folder& folder) {
  ServerOptions out;
  out.now_ms = SystemNowMs;
  out.host_name = options.host;
  out.control_socket = options.control.empty() ? folder.Path("control.sock") : options.control;
  out.complain = [](const std::string& sentence) { Complain(sentence); };
  if (!options.listeners.empty()) {
    out.listeners.clear();
  }
  for (const std::string& text : options.listeners) {
    const Outcome<ListenAddress> address = DecodeListenAddress(text);
    if (!address) {
      return Sorry(address.error());
    }
    if (options.plain && !address->host.starts_with("127.") && address->host != "::1") {
      return Sorry("--plain: " + address->host + " is not on the loopback");
    }
    out.listeners.push_back(*address);
  }
  if (options.plain) {
    return out;
  }
  out.certificate_file = options.certificate;
  out.key_file = options.key;
  if (options.certificate.empty()) {
    if (const Outcome<void> made = folder.MakeCertificate(SystemNowMs()); !made) {
      return Sorry(made.error());
    }
    out.certificate_file = folder.PrivatePath("server.pem");
    out.key_file = folder.PrivatePath("server.key");
  }
  return out;
}

// WriteFiles writes all that clients need, before anybody is told to begin.
Outcome<void> WriteFiles(const RunOptions& options, const Folder& folder, const Service& service,
                         const std::vector<std::string>& base_urls) {
  std::optional<LogKey> list_key;
  if (!options.list_key.empty()) {
    Outcome<LogKey> key = OpenListKey(options.list_key);
    if (!key) {
      return Sorry(key.error());
    }
    list_key = *std::move(key);
  }
  if (Outcome<void> written = folder.WriteKeys(service); !written) {
    return written;
  }
  return folder.WriteLists(service, base_urls, list_key, SystemNowMs());
}

// Signals end the loop in good order. A second one while clients still read ends it at once.
struct Signals {
  Server* server = nullptr;
  event_base* base = nullptr;
  std::vector<EventPtr> events;
  bool stopping = false;

  static void On(int /*signal*/, short /*what*/, void* arg) {
    auto* self = static_cast<Signals*>(arg);
    if (self->stopping) {
      event_base_loopbreak(self->base);
      return;
    }
    self->stopping = true;
    self->server->Stop();
    self->events.clear();
  }
};

Outcome<void> Serve(const RunOptions& options) {
  if (options.dir.empty() || options.logs.empty()) {
    return Sorry("--dir and --log must be there: see --help");
  }
  const Outcome<Folder> folder = Folder::Create(options.dir);
  if (!folder) {
    return Sorry(folder.error());
  }
  const Outcome<std::unique_ptr<Service>> service = OpenService(options, *folder);
  if (!service) {
    return Sorry(service.error());
  }
  Outcome<ServerOptions> server_options = MakeServerOptions(options, *folder);
  if (!server_options) {
    return Sorry(server_options.error());
  }
  const EventBasePtr base(event_base_new());
  const Outcome<std::unique_ptr<Server>> server =
      Server::Create(base.get(), **service, *std::move(server_options));
  if (!server) {
    return Sorry(server.error());
  }
  const std::vector<std::string>& base_urls = (*server)->base_urls();
  if (Outcome<void> written = WriteFiles(options, *folder, **service, base_urls); !written) {
    return written;
  }
  Signals signals{server->get(), base.get(), {}};
  for (const int number : {SIGTERM, SIGINT}) {
    signals.events.emplace_back(evsignal_new(base.get(), number, Signals::On, &signals));
    event_add(signals.events.back().get(), nullptr);
  }
  for (std::size_t face = 0; face < base_urls.size(); ++face) {
    fmt::print("face {}: {}/\n", face, base_urls[face]);
  }
  fmt::print("ready\n");
  std::fflush(stdout);
  event_base_dispatch(base.get());
  return {};
}

int Run(int argc, char** argv) {
  // The system's openssl.cnf may load the module that judges servers by their SCTs.
  if (OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr) != 1) {
    return Complain("OpenSSL cannot be started");
  }
  RunOptions options;
  std::string socket;
  std::vector<std::string> words;
  const CommandLine line("run a Certificate Transparency log for tests, which lies on request",
                         "tattle-testlog");
  const Verb program = line.top();
  program.AddVersion("--version", "tattle-testlog " TATTLE_VERSION);
  program.Footer(kManual + DescribeLies());
  AddOptions(program, options);
  const Verb control = program.AddVerb("ctl", "tell a running log to lie, or to be honest");
  control.AddOption("SOCKET", socket, "the control socket of a running log").Required();
  control.AddOption("COMMAND", words, "LOG[@FACE] LIE[=VALUE], or LOG[@FACE] honest")
      .Required()
      .ExactlyOf(2);
  control.Footer(
      "The lies are in tattle-testlog --help. Exit status: 0 done, 2 refused.\n\n"
      "Example:\n"
      "  tattle-testlog ctl /tmp/logs/control.sock amber@1 split-view");
  if (const Parsed parsed = line.Parse(argc, argv); parsed != Parsed::kRead) {
    return parsed == Parsed::kAnswered ? 0 : 2;
  }
  const Outcome<void> done =
      control.was_called() ? SendCommand(socket, words[0] + " " + words[1]) : Serve(options);
  return done ? 0 : Complain(done.error());
}

}  // namespace
}  // namespace tattle::testlog

int main(int argc, char** argv) {
  try {
    return tattle::testlog::Run(argc, argv);
  } catch (const std::exception& error) {
    std::fputs("tattle-testlog: internal error: ", stderr);
    std::fputs(error.what(), stderr);
    std::fputs("\n", stderr);
    return 2;
  }
}
