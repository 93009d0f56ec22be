// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <glib-object.h>

#include <utility>

namespace tessera {

// One reference of a GObject. adopt() takes over the caller's, retain() adds one.
template <class T>
class ObjectRef {
 public:
  ObjectRef() = default;
  static ObjectRef adopt(T* object) { return ObjectRef(object); }
  static ObjectRef retain(T* object) { return ObjectRef(static_cast<T*>(g_object_ref(object))); }
  ObjectRef(ObjectRef&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  ObjectRef& operator=(ObjectRef&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~ObjectRef() {
    if (object_) g_object_unref(object_);
  }
  T* get() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  explicit ObjectRef(T* object) : object_(object) {}
  T* object_ = nullptr;
};

// A connected signal that disconnects itself. The object must outlive it.
class SignalConnection {
 public:
  SignalConnection() = default;
  SignalConnection(gpointer object, const char* signal, GCallback callback, gpointer data)
      : object_(object), id_(g_signal_connect(object, signal, callback, data)) {}
  SignalConnection(SignalConnection&& other) noexcept
      : object_(other.object_), id_(std::exchange(other.id_, 0)) {}
  SignalConnection& operator=(SignalConnection&& other) noexcept {
    std::swap(object_, other.object_);
    std::swap(id_, other.id_);
    return *this;
  }
  ~SignalConnection() { disconnect(); }
  void disconnect() {
    if (id_) g_signal_handler_disconnect(object_, std::exchange(id_, 0));
  }

 private:
  gpointer object_ = nullptr;
  gulong id_ = 0;
};

}  // namespace tessera
