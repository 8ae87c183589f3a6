// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The functions of a libssl that the program has.

#ifndef TATTLE_ADAPTERS_OPENSSL_FINDER_H_
#define TATTLE_ADAPTERS_OPENSSL_FINDER_H_

#include <dlfcn.h>

#include <string_view>

namespace tattle::openssl {

// Finder looks functions up in one place, and whether they are all of one object: a program may
// have several libssl, or a library in front that has a few of the names. Half of one and half of
// another would not know each other's connections.
class Finder {
 public:
  explicit Finder(void* place) : place_(place) {}

  template <typename Function>
  bool operator()(Function& function, const char* name) {
    void* const address = dlsym(place_, name);
    Dl_info info = {};
    if (address == nullptr || dladdr(address, &info) == 0) {
      return false;
    }
    object_ = object_ == nullptr ? info.dli_fbase : object_;
    is_one_object_ = is_one_object_ && info.dli_fbase == object_;
    file_ = info.dli_fname;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): how POSIX gives functions.
    function = reinterpret_cast<Function>(address);
    return is_one_object_;
  }

  // IsForUs: no libssl of another version; the program itself, with one built in, may be.
  bool IsForUs(std::string_view our_file) const {
    const std::string_view name = file_.substr(file_.rfind('/') + 1);
    return name.substr(0, kStem.size()) != kStem || name == our_file;
  }

  static constexpr std::string_view kStem = "libssl.so.";

 private:
  void* const place_;
  void* object_ = nullptr;
  bool is_one_object_ = true;  // so far
  std::string_view file_;      // as the loader keeps it
};

}  // namespace tattle::openssl

#endif  // TATTLE_ADAPTERS_OPENSSL_FINDER_H_
