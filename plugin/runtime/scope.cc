// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/scope.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "core/base/lower_case.h"
#include "core/crypto/sha256.h"
#include "core/der/certificate.h"
#include "core/der/name.h"
#include "plugin/runtime/bounds.h"

namespace tattle {
namespace {

// IsNameBelow: the pattern is "*.a.example", which a.example itself does not match.
bool IsNameBelow(std::string_view host, std::string_view pattern) {
  if (pattern.substr(0, 2) != "*." || host.size() < pattern.size()) {
    return false;
  }
  pattern.remove_prefix(1);
  return EqualsInAnyCase(host.substr(host.size() - pattern.size()), pattern);
}

using AddressText = std::array<char, INET6_ADDRSTRLEN>;

// SpellAddress borrows from `host` or from `text`. An IPv6 address has many spellings, of which
// the configuration holds that of inet_ntop.
std::string_view SpellAddress(std::string_view host, AddressText& text) {
  if (host.find(':') == std::string_view::npos) {
    return !host.empty() && host.back() == '.' ? host.substr(0, host.size() - 1) : host;
  }
  in6_addr address = {};
  if (host.size() >= text.size()) {
    return host;
  }
  *std::copy(host.begin(), host.end(), text.begin()) = '\0';
  if (inet_pton(AF_INET6, text.data(), &address) != 1 ||
      inet_ntop(AF_INET6, &address, text.data(), INET6_ADDRSTRLEN) == nullptr) {
    return host;
  }
  return text.data();
}

// Place is where in its chain a certificate stands.
enum class Place { kAnchor, kCa, kLeaf };

// ChainKeys collects what the keys of a chain say, one certificate after another.
class ChainKeys {
 public:
  ChainKeys(const Config& config, const PublicRootSet& roots)
      : exempt_(config.exempt_spki), roots_(roots) {}

  // Look takes one more.
  void Look(Bytes certificate, Place place) {
    const Result<CertificateView> view = DecodeCertificate(certificate);
    if (!view) {
      unreadable_ = unreadable_.value_or(view.error());
      return;
    }
    const Hash hash = Sha256Of(view->spki);
    is_exempt_ = is_exempt_ || std::find(exempt_.begin(), exempt_.end(), hash) != exempt_.end();
    is_public_ = is_public_ || (place != Place::kLeaf && roots_.Contains(hash));
    ends_below_root_ =
        ends_below_root_ || (place == Place::kAnchor && !AreSameNames(view->issuer, view->subject));
  }

  // IsSettled: nothing that is still to come can change the answer.
  bool IsSettled() const { return is_exempt_ || (is_public_ && exempt_.empty()); }

  // Conclude: a certificate that cannot be read may have been a public one, so that "private" is no
  // answer where there is one. Nor is it where the chain ends below its root, at an intermediate
  // that is trusted for itself (X509_V_FLAG_PARTIAL_CHAIN): a public CA may have issued that.
  Result<Scope> Conclude() const {
    if (is_exempt_) {
      return Scope::kExemptSpki;
    }
    if (is_public_) {
      return Scope::kPublic;
    }
    if (unreadable_) {
      return tl::unexpected(*unreadable_);
    }
    return ends_below_root_ ? Scope::kPublic : Scope::kPrivate;
  }

 private:
  std::span<const Hash> exempt_;
  const PublicRootSet& roots_;
  bool is_exempt_ = false;
  bool is_public_ = false;
  bool ends_below_root_ = false;
  std::optional<Error> unreadable_;
};

Result<Scope> DecideByKeys(const Connection& connection, const Config& config,
                           const PublicRootSet& roots) {
  ChainKeys keys(config, roots);
  // The trust anchor first: it usually settles it.
  const std::size_t num_looked_at = std::min(connection.cas.size(), kMaxChainCas);
  std::span<const Bytes> rest = connection.cas.last(num_looked_at);
  for (; !rest.empty() && !keys.IsSettled(); rest = rest.first(rest.size() - 1)) {
    keys.Look(rest.back(), rest.size() == num_looked_at ? Place::kAnchor : Place::kCa);
  }
  // A leaf without a CA above it is its own trust anchor: nobody vouches for it but whoever put it
  // there, whoever issued it.
  if (!keys.IsSettled() && (connection.cas.empty() || !config.exempt_spki.empty())) {
    keys.Look(connection.evidence.leaf, connection.cas.empty() ? Place::kCa : Place::kLeaf);
  }
  const Result<Scope> scope = keys.Conclude();
  if (scope && *scope == Scope::kPrivate && connection.cas.size() > kMaxChainCas) {
    return Fail(Errc::kTooLarge, "connection.cas", kMaxChainCas);
  }
  return scope;
}

}  // namespace

bool IsExemptHost(std::string_view host, const std::vector<std::string>& exempt_hosts) {
  if (exempt_hosts.empty()) {
    return false;
  }
  AddressText text;
  const std::string_view name = SpellAddress(host, text);
  return !name.empty() &&
         std::any_of(exempt_hosts.begin(), exempt_hosts.end(), [name](const std::string& exempt) {
           return EqualsInAnyCase(name, exempt) || IsNameBelow(name, exempt);
         });
}

Result<Scope> DecideScope(const Connection& connection, const Config& config,
                          const PublicRootSet& roots) {
  if (IsExemptHost(connection.host, config.exempt_hosts)) {
    return Scope::kExemptHost;
  }
  switch (connection.chain) {
    case ChainStatus::kNoCertificate:
      return Scope::kNoCertificate;
    case ChainStatus::kDane:
      return Scope::kDane;
    case ChainStatus::kNotValidated:
      return Scope::kChainNotValid;
    case ChainStatus::kValidated:
      break;
  }
  if (roots.spki_hashes().empty()) {
    return Fail(Errc::kInternal, "public_roots");
  }
  return DecideByKeys(connection, config, roots);
}

std::string_view ScopeName(Scope scope) {
  switch (scope) {
    case Scope::kUnknown:
      return "unknown";
    case Scope::kPublic:
      return "public";
    case Scope::kPrivate:
      return "private";
    case Scope::kExemptHost:
      return "exempt_host";
    case Scope::kExemptSpki:
      return "exempt_spki";
    case Scope::kDane:
      return "dane";
    case Scope::kChainNotValid:
      return "chain_not_valid";
    case Scope::kNoCertificate:
      return "no_certificate";
    case Scope::kOff:
      return "off";
  }
  return "unknown";
}

std::string_view DescribeScope(Scope scope) {
  switch (scope) {
    case Scope::kUnknown:
      return "whether the chain is public could not be told";
    case Scope::kPublic:
      return "";
    case Scope::kPrivate:
      return "no CA of the chain is public";
    case Scope::kExemptHost:
      return "the host is listed in exempt_hosts";
    case Scope::kExemptSpki:
      return "a key of the chain is listed in exempt_spki";
    case Scope::kDane:
      return "the certificate is vouched for by DANE and not by a public CA";
    case Scope::kChainNotValid:
      return "the chain was not validated, so that there is no trust to add to";
    case Scope::kNoCertificate:
      return "the server presented no certificate";
    case Scope::kOff:
      return "the mode is off";
  }
  return "whether the chain is public could not be told";
}

}  // namespace tattle
