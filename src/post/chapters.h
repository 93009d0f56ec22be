// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "post/meeting_clock.h"
#include "wire/recording_files.h"

namespace tessera::post {

// The start, pauses, gaps, shared screens and what the meeting marked itself, in order; what happens at the
// same moment is one chapter.
std::vector<wire::FinishedChapter> makeChapters(const MeetingClock& clock,
                                                const std::vector<wire::TimelineEvent>& timeline,
                                                std::int64_t durationMs);

// "45 s", "3 min", "1 h 5 min".
std::string lengthInWords(std::int64_t ms);

}  // namespace tessera::post
