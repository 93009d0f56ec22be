// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/fingerprint.h"

#include <gtest/gtest.h>

#include <string>

namespace tessera {
namespace {

// "openssl req -x509 -newkey ed25519 -nodes -subj /CN=test", and what "openssl x509 -fingerprint -sha256"
// says
const std::string kPem = R"(-----BEGIN CERTIFICATE-----
MIIBNDCB56ADAgECAhQokHr4LErh1x12rwCWTKWHsxRFwTAFBgMrZXAwDzENMAsG
A1UEAwwEdGVzdDAgFw0yNjExMjEwMTA0MjhaGA8yMTI2MTAyODAxMDQyOFowDzEN
MAsGA1UEAwwEdGVzdDAqMAUGAytlcAMhAKd/G5WqbTJxum7Jv9Rn3iQA9ZtXFb3f
n0IuOFjtI4mYo1MwUTAdBgNVHQ4EFgQUZDyMPEtVdo6RKXJliACPS2cBprQwHwYD
VR0jBBgwFoAUZDyMPEtVdo6RKXJliACPS2cBprQwDwYDVR0TAQH/BAUwAwEB/zAF
BgMrZXADQQAiofNcAvqAGnm6tJOK2L2d6iK0FX132N3suMn1VaaYN1Vg1nHMcDAZ
L69Ju9jF4BHCKAXYLicnk9pXd82uhAoE
-----END CERTIFICATE-----
)";
const std::string kOpensslSays =
    "44:9E:A3:38:26:70:70:27:CB:B8:75:36:76:C8:4E:48:94:51:CA:77:F2:15:F0:62:60:1B:F3:9E:70:E7:77:E4";

TEST(FingerprintTest, IsThatOfOpenssl) {
  const auto computed = certificateFingerprint(kPem);
  ASSERT_TRUE(computed);
  EXPECT_EQ(computed, parseFingerprint(kOpensslSays));
  EXPECT_EQ(certificateFingerprint("garbage before\n" + kPem), computed);
}

TEST(FingerprintTest, NeedsACertificate) {
  EXPECT_FALSE(certificateFingerprint(""));
  EXPECT_FALSE(certificateFingerprint("-----BEGIN CERTIFICATE-----"));
  EXPECT_FALSE(certificateFingerprint("-----BEGIN CERTIFICATE----------END CERTIFICATE-----"));
  EXPECT_FALSE(certificateFingerprint(kPem + std::string(100000, ' ')));
}

TEST(FingerprintTest, HasOneForm) {
  EXPECT_TRUE(parseFingerprint(kOpensslSays));
  EXPECT_FALSE(parseFingerprint(""));
  EXPECT_FALSE(parseFingerprint(kOpensslSays + ":00"));
  EXPECT_FALSE(parseFingerprint(kOpensslSays.substr(3)));
  EXPECT_FALSE(parseFingerprint(" " + kOpensslSays.substr(1)));
  std::string dashes = kOpensslSays;
  dashes[2] = '-';
  EXPECT_FALSE(parseFingerprint(dashes));
}

}  // namespace
}  // namespace tessera
