// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/chain/starttls.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <initializer_list>
#include <string_view>
#include <vector>

#include <sys/socket.h>

#include "adapters/cli/bounds.h"
#include "adapters/cli/output/terminal_text.h"
#include "plugin/runtime/outcome.h"

namespace tattle::cli {
namespace {

using Trouble = std::optional<std::string>;  // the sentence, or none

constexpr std::size_t kMaxQuoted = 80;  // characters of what a server said that are repeated

std::string Quoted(std::string_view said) {
  return '"' + Sanitize(said, kMaxQuoted) + '"';
}

// Conversation sends and reads clear text. What was read and not yet taken stays in it.
class Conversation {
 public:
  Conversation(const Descriptor& socket, const Deadline& deadline)
      : socket_(socket), deadline_(deadline) {}

  Trouble Send(std::string_view text);

  // TakeThrough takes everything up to the end of the first of `tokens` that the server sends.
  Outcome<std::string> TakeThrough(std::initializer_list<std::string_view> tokens);

  // TakeLine takes a line, without its end.
  Outcome<std::string> TakeLine();

  // Front waits for at least one character and leaves it where it is.
  Outcome<char> Front();

  bool HasMore() const { return !received_.empty(); }

 private:
  Trouble Receive();

  const Descriptor& socket_;
  const Deadline& deadline_;
  std::string received_;
  std::size_t num_received_ = 0;
};

Trouble Conversation::Send(std::string_view text) {
  while (!text.empty()) {
    const ssize_t num_sent = send(socket_.fd(), text.data(), text.size(), MSG_NOSIGNAL);
    if (num_sent >= 0) {
      text.remove_prefix(static_cast<std::size_t>(num_sent));
    } else if (errno == EAGAIN) {
      if (!WaitFor(socket_.fd(), POLLOUT, deadline_)) {
        return TimedOut("the clear text before TLS");
      }
    } else if (errno != EINTR) {
      return "the connection broke before TLS (" + SystemMessage(errno) + ")";
    }
  }
  return std::nullopt;
}

Trouble Conversation::Receive() {
  std::array<char, 4096> chunk = {};
  while (true) {
    const ssize_t len = recv(socket_.fd(), chunk.data(), chunk.size(), 0);
    if (len > 0) {
      num_received_ += static_cast<std::size_t>(len);
      if (num_received_ > kMaxClearText) {
        return "the server sent more than " + std::to_string(kMaxClearText) +
               " bytes of clear text and did not come to TLS";
      }
      received_.append(chunk.data(), static_cast<std::size_t>(len));
      return std::nullopt;
    }
    if (len == 0) {
      return "the server closed the connection before TLS: it may turn away this client, or speak "
             "another protocol on this port";
    }
    if (errno == EAGAIN) {
      if (!WaitFor(socket_.fd(), POLLIN, deadline_)) {
        return TimedOut("the clear text before TLS, in which the server fell silent");
      }
    } else if (errno != EINTR) {
      return "the connection broke before TLS (" + SystemMessage(errno) + ")";
    }
  }
}

Outcome<std::string> Conversation::TakeThrough(std::initializer_list<std::string_view> tokens) {
  while (true) {
    std::size_t end = std::string::npos;
    for (const std::string_view token : tokens) {
      const std::size_t at = received_.find(token);
      if (at != std::string::npos) {
        end = std::min(end, at + token.size());
      }
    }
    if (end != std::string::npos) {
      std::string taken = received_.substr(0, end);
      received_.erase(0, end);
      return taken;
    }
    if (Trouble trouble = Receive()) {
      return Sorry(*std::move(trouble));
    }
  }
}

Outcome<std::string> Conversation::TakeLine() {
  Outcome<std::string> line = TakeThrough({"\n"});
  if (line) {
    line->pop_back();
    if (line->ends_with('\r')) {
      line->pop_back();
    }
  }
  return line;
}

Outcome<char> Conversation::Front() {
  while (received_.empty()) {
    if (Trouble trouble = Receive()) {
      return Sorry(*std::move(trouble));
    }
  }
  return received_.front();
}

std::string NotThis(std::string_view protocol, std::string_view said) {
  std::string sentence = "the server does not speak ";
  return sentence.append(protocol) + " on this port: it said " + Quoted(said);
}

std::string Refused(std::string_view said) {
  return "the server refuses TLS: it said " + Quoted(said);
}

// Reply is an answer of SMTP or FTP: lines that begin with three digits, the last of them with a
// space behind the digits (RFC 5321, Section 4.2.1; RFC 959, Section 4.2, whose lines in between
// may be anything).
struct Reply {
  std::string code;
  std::vector<std::string> lines;
};

Outcome<Reply> TakeReply(Conversation& conversation, std::string_view protocol) {
  Reply reply;
  while (true) {
    Outcome<std::string> line = conversation.TakeLine();
    if (!line) {
      return Sorry(line.error());
    }
    const std::string code = line->substr(0, 3);
    const bool has_code = code.size() == 3 && std::all_of(code.begin(), code.end(), [](char c) {
                            return c >= '0' && c <= '9';
                          });
    const char mark = line->size() > 3 ? line->at(3) : ' ';
    if (reply.lines.empty()) {
      if (!has_code || (mark != ' ' && mark != '-')) {
        return Sorry(NotThis(protocol, *line));
      }
      reply.code = code;
    }
    const bool last = code == reply.code && mark == ' ';
    reply.lines.push_back(*std::move(line));
    if (last) {
      return reply;
    }
  }
}

// Ask sends a command, if there is one, and wants a reply with `code`.
Outcome<Reply> Ask(Conversation& conversation, std::string_view protocol, std::string_view command,
                   std::string_view code) {
  if (Trouble trouble = conversation.Send(command)) {
    return Sorry(*std::move(trouble));
  }
  Outcome<Reply> reply = TakeReply(conversation, protocol);
  if (reply && reply->code != code) {
    return Sorry(Refused(reply->lines.back()));
  }
  return reply;
}

bool IsStartTlsLine(std::string_view line) {
  std::string word(line.substr(std::min<std::size_t>(4, line.size())));
  std::transform(word.begin(), word.end(), word.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return word == "STARTTLS" || word.starts_with("STARTTLS ");
}

// RFC 3207, Section 4.
Trouble BeginSmtp(Conversation& conversation) {
  Outcome<Reply> reply = Ask(conversation, "smtp", "", "220");
  if (reply) {
    // An address literal, since not every machine that asks has a name (RFC 5321, Section 4.1.4).
    reply = Ask(conversation, "smtp", "EHLO [127.0.0.1]\r\n", "250");
  }
  if (reply && std::none_of(reply->lines.begin(), reply->lines.end(), IsStartTlsLine)) {
    return "the server does not offer STARTTLS";
  }
  if (reply) {
    reply = Ask(conversation, "smtp", "STARTTLS\r\n", "220");
  }
  return reply ? Trouble() : reply.error();
}

// RFC 4217, Section 4.
Trouble BeginFtp(Conversation& conversation) {
  Outcome<Reply> reply = Ask(conversation, "ftp", "", "220");
  if (reply) {
    reply = Ask(conversation, "ftp", "AUTH TLS\r\n", "234");
  }
  return reply ? Trouble() : reply.error();
}

// RFC 3501, Section 6.2.1.
Trouble BeginImap(Conversation& conversation) {
  Outcome<std::string> line = conversation.TakeLine();
  if (line && !line->starts_with("* OK")) {
    const bool imap = line->starts_with("* BYE") || line->starts_with("* PREAUTH");
    return imap ? Refused(*line) : NotThis("imap", *line);
  }
  if (!line) {
    return line.error();
  }
  if (Trouble trouble = conversation.Send("a1 STARTTLS\r\n")) {
    return trouble;
  }
  do {
    line = conversation.TakeLine();
  } while (line && line->starts_with("* "));
  if (!line) {
    return line.error();
  }
  return line->starts_with("a1 OK") ? Trouble() : Refused(*line);
}

// RFC 2595, Section 4.
Trouble BeginPop3(Conversation& conversation) {
  Outcome<std::string> line = conversation.TakeLine();
  if (line && !line->starts_with("+OK")) {
    return line->starts_with("-ERR") ? Refused(*line) : NotThis("pop3", *line);
  }
  if (!line) {
    return line.error();
  }
  if (Trouble trouble = conversation.Send("STLS\r\n")) {
    return trouble;
  }
  line = conversation.TakeLine();
  if (!line) {
    return line.error();
  }
  return line->starts_with("+OK") ? Trouble() : Refused(*line);
}

std::string StreamHeader(std::string_view name_space, const std::string& host) {
  // The host is a checked name or address: it has no character that XML would take for its own.
  std::string header = "<?xml version='1.0'?><stream:stream xmlns='";
  return header.append(name_space) + "' xmlns:stream='http://etherx.jabber.org/streams' to='" +
         host + "' version='1.0'>";
}

// RFC 6120, Section 5.4.
Trouble BeginXmpp(Conversation& conversation, std::string_view name_space,
                  const std::string& host) {
  if (Trouble trouble = conversation.Send(StreamHeader(name_space, host))) {
    return trouble;
  }
  const Outcome<char> front = conversation.Front();
  if (!front) {
    return front.error();
  }
  if (*front != '<') {
    const Outcome<std::string> line = conversation.TakeLine();
    return line ? NotThis("xmpp", *line) : line.error();
  }
  const Outcome<std::string> features = conversation.TakeThrough(
      {"</stream:features>", "<stream:features/>", "</stream:error>", "</stream:stream>"});
  if (!features) {
    return features.error();
  }
  if (!features->ends_with("</stream:features>")) {
    return Refused(*features);
  }
  if (features->find("urn:ietf:params:xml:ns:xmpp-tls") == std::string::npos) {
    return "the server does not offer STARTTLS";
  }
  if (Trouble trouble = conversation.Send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")) {
    return trouble;
  }
  const Outcome<std::string> answer = conversation.TakeThrough({">"});
  if (!answer) {
    return answer.error();
  }
  if (!answer->starts_with("<proceed")) {
    return Refused(*answer);
  }
  if (!answer->ends_with("/>")) {
    const Outcome<std::string> end = conversation.TakeThrough({"</proceed>"});
    return end ? Trouble() : end.error();
  }
  return std::nullopt;
}

Trouble Talk(StartTls starttls, Conversation& conversation, const std::string& host) {
  switch (starttls) {
    case StartTls::kNone:
      return std::nullopt;
    case StartTls::kSmtp:
      return BeginSmtp(conversation);
    case StartTls::kImap:
      return BeginImap(conversation);
    case StartTls::kPop3:
      return BeginPop3(conversation);
    case StartTls::kXmpp:
      return BeginXmpp(conversation, "jabber:client", host);
    case StartTls::kXmppServer:
      return BeginXmpp(conversation, "jabber:server", host);
    case StartTls::kFtp:
      return BeginFtp(conversation);
  }
  return "no such protocol";
}

}  // namespace

std::optional<std::string> BeginTls(StartTls starttls, const Descriptor& socket,
                                    const std::string& host, const Deadline& deadline) {
  Conversation conversation(socket, deadline);
  if (Trouble trouble = Talk(starttls, conversation, host)) {
    return trouble;
  }
  if (conversation.HasMore()) {
    return "clear text follows the server's go-ahead for TLS: somebody on the way may have put it "
           "there, so the connection is not used";
  }
  return std::nullopt;
}

}  // namespace tattle::cli
