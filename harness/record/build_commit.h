// The commit that this was built from; build_commit.cmake writes the values at each build.
//
// Not what git says when a run is made: the sources may be at another commit by then.
#pragma once

namespace harness::build_commit {

extern const char kSha[];    // empty: the sources are of no repository, as those of an archive
extern const char kDirty[];  // "yes" or "no": whether files differed from it; empty: not known

}  // namespace harness::build_commit
