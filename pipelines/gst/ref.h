// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gst/gst.h>

#include <utility>

namespace tessera::gst {

template <class T>
struct RefTraits {  // GObjects
  static void ref(T* p) { g_object_ref(p); }
  static void unref(T* p) { g_object_unref(p); }
};
#define TESSERA_MINI_OBJECT(Type, name)                   \
  template <>                                             \
  struct RefTraits<Type> {                                \
    static void ref(Type* p) { gst_##name##_ref(p); }     \
    static void unref(Type* p) { gst_##name##_unref(p); } \
  };
TESSERA_MINI_OBJECT(GstBuffer, buffer)
TESSERA_MINI_OBJECT(GstBufferList, buffer_list)
TESSERA_MINI_OBJECT(GstMemory, memory)
TESSERA_MINI_OBJECT(GstCaps, caps)
TESSERA_MINI_OBJECT(GstSample, sample)
TESSERA_MINI_OBJECT(GstEvent, event)
TESSERA_MINI_OBJECT(GstMessage, message)
TESSERA_MINI_OBJECT(GstPromise, promise)
#undef TESSERA_MINI_OBJECT

// A counted reference that says the transfer: adopt() takes over a reference, retain() adds one.
template <class T>
class Ref {
 public:
  Ref() = default;
  static Ref adopt(T* p) { return Ref(p); }
  static Ref retain(T* p) {
    if (p) RefTraits<T>::ref(p);
    return Ref(p);
  }
  Ref(const Ref& other) : p_(other.p_) {
    if (p_) RefTraits<T>::ref(p_);
  }
  Ref(Ref&& other) noexcept : p_(std::exchange(other.p_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(p_, other.p_);
    return *this;
  }
  ~Ref() {
    if (p_) RefTraits<T>::unref(p_);
  }
  T* get() const { return p_; }
  T* release() { return std::exchange(p_, nullptr); }
  explicit operator bool() const { return p_ != nullptr; }

 private:
  explicit Ref(T* p) : p_(p) {}
  T* p_ = nullptr;
};

}  // namespace tessera::gst
