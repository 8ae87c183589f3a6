// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Owners of libevent's objects.

#ifndef TATTLE_TESTS_TESTLOG_EVENT_PTR_H_
#define TATTLE_TESTS_TESTLOG_EVENT_PTR_H_

#include <memory>

#include <event2/bufferevent.h>
#include <event2/event.h>

namespace tattle::testlog {

template <auto kFree>
struct EventDeleter {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};

using EventBasePtr = std::unique_ptr<event_base, EventDeleter<event_base_free>>;
using EventPtr = std::unique_ptr<event, EventDeleter<event_free>>;
using BufferEventPtr = std::unique_ptr<bufferevent, EventDeleter<bufferevent_free>>;

}  // namespace tattle::testlog

#endif  // TATTLE_TESTS_TESTLOG_EVENT_PTR_H_
