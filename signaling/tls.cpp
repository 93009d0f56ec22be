// SPDX-License-Identifier: Apache-2.0
#include "signaling/tls.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <ifaddrs.h>
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <memory>

namespace tessera::signaling {
namespace {

constexpr std::time_t kLifetimeSeconds = std::time_t{30} * 24 * 3600;

using Key = std::unique_ptr<gnutls_x509_privkey_int, decltype(&gnutls_x509_privkey_deinit)>;
using Certificate = std::unique_ptr<gnutls_x509_crt_int, decltype(&gnutls_x509_crt_deinit)>;
using Datum = std::unique_ptr<gnutls_datum_t, void (*)(gnutls_datum_t*)>;

Datum newDatum() {
  return {new gnutls_datum_t{}, [](gnutls_datum_t* datum) {
            gnutls_free(datum->data);
            delete datum;
          }};
}

void addName(gnutls_x509_crt_t certificate, const std::string& name) {
  gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_DNSNAME, name.data(),
                                       static_cast<unsigned>(name.size()), GNUTLS_FSAN_APPEND);
}

void addLocalAddresses(gnutls_x509_crt_t certificate) {
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) return;
  for (const ifaddrs* one = all; one; one = one->ifa_next) {
    if (!one->ifa_addr) continue;
    const void* address = nullptr;
    unsigned size = 0;
    if (one->ifa_addr->sa_family == AF_INET) {
      address = &reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr;
      size = sizeof(in_addr);
    } else if (one->ifa_addr->sa_family == AF_INET6) {
      address = &reinterpret_cast<const sockaddr_in6*>(one->ifa_addr)->sin6_addr;
      size = sizeof(in6_addr);
    }
    if (address)
      gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_IPADDRESS, address, size,
                                           GNUTLS_FSAN_APPEND);
  }
  freeifaddrs(all);
}

std::string hostName() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 && name[0] ? name.data() : "localhost";
}

// The first step that fails, as GnuTLS' code; 0 when all is well.
int fillIn(gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key) {
  std::array<unsigned char, 16> serial{};
  if (getrandom(serial.data(), serial.size(), 0) != static_cast<ssize_t>(serial.size())) std::abort();
  serial[0] &= 0x7f;  // positive (RFC 5280, 4.1.2.2)
  const std::string name = hostName();
  const std::time_t now = std::time(nullptr);
  for (const int result : {
           gnutls_x509_crt_set_version(certificate, 3),
           gnutls_x509_crt_set_serial(certificate, serial.data(), serial.size()),
           gnutls_x509_crt_set_activation_time(certificate, now - 3600),
           gnutls_x509_crt_set_expiration_time(certificate, now + kLifetimeSeconds),
           gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, "Tessera try-out",
                                         sizeof("Tessera try-out") - 1),
           gnutls_x509_crt_set_key(certificate, key),
           gnutls_x509_crt_set_basic_constraints(certificate, 0, -1),
           gnutls_x509_crt_set_key_usage(certificate, GNUTLS_KEY_DIGITAL_SIGNATURE),
           gnutls_x509_crt_set_key_purpose_oid(certificate, GNUTLS_KP_TLS_WWW_SERVER, 0),
       })
    if (result < 0) return result;
  addName(certificate, "localhost");
  if (name != "localhost") addName(certificate, name);
  addLocalAddresses(certificate);
  return gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0);
}

Result<std::string> makePem() {
  gnutls_x509_privkey_t rawKey = nullptr;
  gnutls_x509_crt_t rawCertificate = nullptr;
  if (gnutls_x509_privkey_init(&rawKey) < 0 || gnutls_x509_crt_init(&rawCertificate) < 0)
    return fail(ErrorCode::internal, "making a certificate: out of memory");
  const Key key(rawKey, gnutls_x509_privkey_deinit);
  const Certificate certificate(rawCertificate, gnutls_x509_crt_deinit);
  int result = gnutls_x509_privkey_generate(key.get(), GNUTLS_PK_ECDSA,
                                            GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
  if (result >= 0) result = fillIn(certificate.get(), key.get());
  const Datum certificatePem = newDatum();
  const Datum keyPem = newDatum();
  if (result >= 0)
    result = gnutls_x509_crt_export2(certificate.get(), GNUTLS_X509_FMT_PEM, certificatePem.get());
  if (result >= 0) {
    // As PKCS #8, the form that GIO's TLS reads whatever the kind of key.
    result = gnutls_x509_privkey_export2_pkcs8(key.get(), GNUTLS_X509_FMT_PEM, nullptr, GNUTLS_PKCS_PLAIN,
                                               keyPem.get());
  }
  if (result < 0) return fail(ErrorCode::internal, "making a certificate: {}", gnutls_strerror(result));
  return std::string(reinterpret_cast<char*>(certificatePem->data), certificatePem->size) +
         std::string(reinterpret_cast<char*>(keyPem->data), keyPem->size);
}

}  // namespace

Result<TlsCertificate> loadCertificate(const std::string& certificateFile, const std::string& keyFile) {
  GError* error = nullptr;
  GTlsCertificate* certificate =
      g_tls_certificate_new_from_files(certificateFile.c_str(), keyFile.c_str(), &error);
  if (!certificate)
    return tl::unexpected(Error::fromGError(
        ErrorCode::config, fmt::format("TLS certificate {} with key {}", certificateFile, keyFile), error));
  return TlsCertificate::adopt(certificate);
}

Result<TlsCertificate> makeSelfSignedCertificate() {
  const auto pem = makePem();
  if (!pem) return tl::unexpected(pem.error());
  GError* error = nullptr;
  GTlsCertificate* certificate =
      g_tls_certificate_new_from_pem(pem->data(), static_cast<gssize>(pem->size()), &error);
  if (!certificate)
    return tl::unexpected(Error::fromGError(ErrorCode::internal, "reading the certificate made", error));
  return TlsCertificate::adopt(certificate);
}

}  // namespace tessera::signaling
