#include "harness/command/verdicts/settings_log.h"

#include <fstream>

#include "harness/base/errors.h"
#include "harness/record/folder.h"

namespace harness {

namespace fs = std::filesystem;

void SettingsLog::open(const fs::path& folder, bool resume, const Json& settings,
                       const std::function<void(const Json&)>& read) {
  const bool is_there = fs::exists(folder / names_.file);
  if (resume && !is_there) {
    throw BadUsage("--resume: " + folder.string() + " has no " + names_.lines +
                   "; leave --resume out");
  }
  if (!resume && is_there) {
    throw BadUsage("--out: " + folder.string() + " holds " + names_.lines +
                   " already; name another folder, or go on with them by --resume");
  }
  folder_ = resume ? folder : Folder(folder, names_.file).path();
  log_.emplace(folder_, names_.file);
  resume ? read_all(settings, read) : append(settings);
}

void SettingsLog::refuse(int line, const std::string& why) const {
  throw BadUsage("--resume: " + (folder_ / names_.file).string() + ": line " +
                 std::to_string(line) + " " + why);
}

// As they were written: bytes that are no UTF-8 have been replaced.
void SettingsLog::expect_settings(const Json& line, const Json& settings) const {
  if (!line.is_object()) refuse(1, "does not have the settings; name another --out");
  if (line == Json::parse(to_text(settings))) return;
  throw BadUsage("--resume: the " + names_.lines + " in " + folder_.string() +
                 " are of another build, other cases or other options; name another --out");
}

void SettingsLog::read_all(const Json& settings, const std::function<void(const Json&)>& read) {
  std::ifstream file(folder_ / names_.file);
  std::string text;
  bool whole = true;
  int number = 0;
  std::uintmax_t kept = 0;  // bytes of lines that can be read
  for (; std::getline(file, text); kept += text.size() + 1) {
    whole = !file.eof();
    const Json line = Json::parse(text, nullptr, false);
    if (++number == 1 && (whole || !line.is_discarded())) {
      expect_settings(line, settings);
      continue;
    }
    if (!whole && line.is_discarded()) {  // it was killed while it wrote this line
      fs::resize_file(folder_ / names_.file, kept);
      if (number == 1) append(settings);
      return;
    }
    try {
      read(line);
    } catch (const std::exception&) {  // Json's, or a metric that is none
      refuse(number, "is no " + names_.line + "; delete that line to use the rest");
    }
  }
  if (number == 0) append(settings);  // it was killed before it wrote them
  if (!whole) log_->end_line();
}

}  // namespace harness
