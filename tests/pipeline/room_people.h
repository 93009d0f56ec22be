// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>

#include "room_fixture.h"

namespace tessera::test {

// People who can be told apart by what they show and say.
struct Appearance {
  const char* id;
  unsigned argb;
  double tone;
};
inline constexpr std::array<Appearance, 5> kAppearances{{{"red", 0xffd63434, 440},
                                                         {"green", 0xff2fa84f, 730},
                                                         {"blue", 0xff3c5adc, 1230},
                                                         {"yellow", 0xffd6c434, 1710},
                                                         {"white", 0xffe0e0e0, 2230}}};

inline RoomUnderTest::Person personOf(const Appearance& appearance, VideoCodec codec = VideoCodec::vp8) {
  RoomUnderTest::Person person{appearance.id};
  person.options.codec = codec;
  person.options.argb = appearance.argb;
  person.options.tone = appearance.tone;
  person.options.width = 320;
  person.options.height = 180;
  return person;
}

}  // namespace tessera::test
