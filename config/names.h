// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>

#include "config/key_makers.h"

// How the values of enumerations are called in the file.

namespace tessera::config {

inline constexpr std::array kCodecs{Named<VideoCodec>{"VP8", VideoCodec::vp8},
                                    Named<VideoCodec>{"H264", VideoCodec::h264}};
inline constexpr std::array kPrefers{Named<PreferCodec>{"shared", PreferCodec::shared},
                                     Named<PreferCodec>{"hardware", PreferCodec::hardware}};
inline constexpr std::array kLevels{
    Named<log::Level>{"debug", log::Level::debug}, Named<log::Level>{"info", log::Level::info},
    Named<log::Level>{"warn", log::Level::warn}, Named<log::Level>{"error", log::Level::error}};
inline constexpr std::array kFormats{Named<log::Format>{"text", log::Format::text},
                                     Named<log::Format>{"json", log::Format::json},
                                     Named<log::Format>{"journald", log::Format::journald}};
// Without `custom`, for which the name of one stands.
inline constexpr std::array kLayouts{
    Named<LayoutKind>{"auto", LayoutKind::automatic},
    Named<LayoutKind>{"grid", LayoutKind::grid},
    Named<LayoutKind>{"speaker", LayoutKind::speaker},
    Named<LayoutKind>{"spotlight", LayoutKind::spotlight},
    Named<LayoutKind>{"presentation", LayoutKind::presentation},
    Named<LayoutKind>{"side-by-side", LayoutKind::sideBySide},
};
inline constexpr std::array kFits{Named<TileFit>{"fill", TileFit::fill}, Named<TileFit>{"fit", TileFit::fit},
                                  Named<TileFit>{"smart", TileFit::smart}};
inline constexpr std::array kRules{
    Named<RegionRule>{"pinned", RegionRule::pinned}, Named<RegionRule>{"speaker", RegionRule::speaker},
    Named<RegionRule>{"recent", RegionRule::recent}, Named<RegionRule>{"screen", RegionRule::screen},
    Named<RegionRule>{"presenter", RegionRule::presenter}};
inline constexpr std::array kCorners{
    Named<Corner>{"top-left", Corner::topLeft}, Named<Corner>{"top-right", Corner::topRight},
    Named<Corner>{"bottom-left", Corner::bottomLeft}, Named<Corner>{"bottom-right", Corner::bottomRight}};
inline constexpr std::array kSecondScreens{Named<SecondScreen>{"take-over", SecondScreen::takeOver},
                                           Named<SecondScreen>{"refuse", SecondScreen::refuse}};
inline constexpr std::array kRecords{Named<Record>{"never", Record::never},
                                     Named<Record>{"always", Record::always}};
inline constexpr std::array kRecordingFormats{Named<RecordingFormat>{"mp4", RecordingFormat::mp4},
                                              Named<RecordingFormat>{"webm", RecordingFormat::webm},
                                              Named<RecordingFormat>{"ogg", RecordingFormat::ogg},
                                              Named<RecordingFormat>{"m4a", RecordingFormat::m4a}};
inline constexpr std::array kRecordedVideos{Named<RecordedVideo>{"program", RecordedVideo::program},
                                            Named<RecordedVideo>{"copy", RecordedVideo::copy}};
inline constexpr std::array kSoundCodecs{Named<SoundCodec>{"aac", SoundCodec::aac},
                                         Named<SoundCodec>{"opus", SoundCodec::opus}};

}  // namespace tessera::config
