// SPDX-License-Identifier: Apache-2.0
#include "pipelines/live/send_limit.h"

#include <gio/gio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <mutex>

namespace tessera {
namespace {

constexpr int kUnsentBytes = 65536;  // 0.2 s at 2.6 Mbit/s

// GSocketClient::event (client, event, connectable, connection), on the thread that connects.
gboolean onSocketEvent(GSignalInvocationHint*, guint, const GValue* values, gpointer) {
  if (g_value_get_enum(&values[1]) != G_SOCKET_CLIENT_CONNECTED) return TRUE;
  gpointer connection = g_value_get_object(&values[3]);
  if (!connection || !G_IS_SOCKET_CONNECTION(connection)) return TRUE;
  GSocket* socket = g_socket_connection_get_socket(G_SOCKET_CONNECTION(connection));
  g_socket_set_option(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, kUnsentBytes, nullptr);
  return TRUE;
}

}  // namespace

void limitUnsentBytes() {
  static std::once_flag once;
  std::call_once(once, [] {
    g_type_class_ref(G_TYPE_SOCKET_CLIENT);  // for good: the hook belongs to the class
    g_signal_add_emission_hook(g_signal_lookup("event", G_TYPE_SOCKET_CLIENT), 0, onSocketEvent, nullptr,
                               nullptr);
  });
}

}  // namespace tessera
