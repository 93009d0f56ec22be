// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <glib-object.h>

#include <functional>
#include <utility>

namespace tessera::gst {

// A GObject signal handler that disconnects when destroyed. It holds the object weakly. Disconnecting is not
// quiescing: a call already under way on another thread goes on, so a handler captures values and weak
// references, never `this`. The handler itself is freed after its last call.
//   auto c = SignalConnection::connect<void(GstElement*, GstPad*)>(bin, "pad-added", [state](…) { … });
class SignalConnection {
 public:
  SignalConnection() = default;
  ~SignalConnection() { reset(); }
  SignalConnection(SignalConnection&& other) noexcept
      : object_(std::exchange(other.object_, nullptr)), id_(std::exchange(other.id_, 0)) {}
  SignalConnection& operator=(SignalConnection&& other) noexcept {
    std::swap(object_, other.object_);
    std::swap(id_, other.id_);
    return *this;
  }

  template <class Signature>
  static SignalConnection connect(gpointer object, const char* signal, std::function<Signature> handler) {
    return Binder<Signature>::connect(object, signal, std::move(handler));
  }

  void reset();
  bool connected() const { return id_ != 0; }

 private:
  template <class Signature>
  struct Binder;
  template <class Return, class... Args>
  struct Binder<Return(Args...)> {
    using Handler = std::function<Return(Args...)>;
    static Return call(Args... args, gpointer handler) { return (*static_cast<Handler*>(handler))(args...); }
    static void destroy(gpointer handler, GClosure*) { delete static_cast<Handler*>(handler); }
    static SignalConnection connect(gpointer object, const char* signal, Handler handler) {
      return SignalConnection(
          object, g_signal_connect_data(object, signal, G_CALLBACK(&call), new Handler(std::move(handler)),
                                        &destroy, static_cast<GConnectFlags>(0)));
    }
  };

  SignalConnection(gpointer object, gulong id);

  GWeakRef* object_ = nullptr;
  gulong id_ = 0;
};

}  // namespace tessera::gst
