// SPDX-License-Identifier: Apache-2.0
// GSubprocess reaps children on a thread of GLib's own, which is not built with the sanitizer: its locks are
// not seen, its string functions are. Read by ThreadSanitizer when it starts; unused otherwise.

extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
  return "called_from_lib:libglib-2.0.so.0\n";
}
