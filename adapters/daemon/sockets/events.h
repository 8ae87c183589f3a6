// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Owners of libevent's objects.

#ifndef TATTLE_ADAPTERS_DAEMON_SOCKETS_EVENTS_H_
#define TATTLE_ADAPTERS_DAEMON_SOCKETS_EVENTS_H_

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include <event2/event.h>

namespace tattle::daemon {

struct FreeEventBase {
  void operator()(event_base* base) const { event_base_free(base); }
};
using EventBasePtr = std::unique_ptr<event_base, FreeEventBase>;

struct FreeEvent {
  void operator()(event* one) const { event_free(one); }
};
using EventPtr = std::unique_ptr<event, FreeEvent>;

// The order in which events of one round are served: whoever waits for an answer comes before those
// who only report.
inline constexpr int kNumPriorities = 3;
inline constexpr int kUrgent = 0;   // signals, timers
inline constexpr int kAnswers = 1;  // check and control sockets
inline constexpr int kReports = 2;  // observations

// Callback is an event of libevent that calls a function. It does not move: libevent has its
// address. Not thread-safe.
class Callback {
 public:
  // What may wake it up: a descriptor (EV_READ | EV_PERSIST), a signal (EV_SIGNAL | EV_PERSIST), or
  // only time (fd -1, events 0 or EV_PERSIST).
  Callback(event_base* base, int fd, short events, int priority, std::function<void()> call)
      : call_(std::move(call)), event_(event_new(base, fd, events, &Callback::Run, this)) {
    event_priority_set(event_.get(), priority);
  }
  Callback(const Callback&) = delete;
  Callback& operator=(const Callback&) = delete;

  // Start waits for what was asked for, and at most so long.
  void Start() { event_add(event_.get(), nullptr); }
  void Start(std::chrono::milliseconds after) {
    const timeval time = {static_cast<time_t>(after.count() / 1000),
                          static_cast<suseconds_t>(after.count() % 1000 * 1000)};
    event_add(event_.get(), &time);
  }
  void Stop() { event_del(event_.get()); }

 private:
  static void Run(int /*fd*/, short /*events*/, void* self) {
    static_cast<Callback*>(self)->call_();
  }

  std::function<void()> call_;
  EventPtr event_;
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_SOCKETS_EVENTS_H_
