#include "harness/command/manual.h"

#include <cstdlib>
#include <ctime>
#include <sstream>

#include "harness/record/environment.h"

namespace harness {
namespace {

std::string date() {
  const char* chosen = std::getenv("SOURCE_DATE_EPOCH");
  const std::time_t now =
      chosen != nullptr ? std::strtoll(chosen, nullptr, 10) : std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[16];
  std::strftime(text, sizeof text, "%Y-%m-%d", &parts);
  return text;
}

constexpr std::size_t kWidth = 78, kMostWords = 12;

// As text of a page: no hyphen is taken for a dash, no line for a macro; backquotes are quotation marks.
std::string plain(const std::string& text) {
  std::string escaped;
  bool is_open = false;
  for (const char c : text) {
    if (c == '-') {
      escaped += "\\-";
    } else if (c == '\\') {
      escaped += "\\e";
    } else if (c == '`') {
      is_open = !is_open;
      escaped += is_open ? "\\(oq" : "\\(cq";
    } else {
      escaped += c;
    }
  }
  if (escaped.starts_with('.') || escaped.starts_with('\'')) escaped.insert(0, "\\&");
  return escaped;
}

// In lines of at most kWidth, none of which begins like a macro.
std::string wrapped(const std::string& text) {
  std::istringstream words(text);
  std::string all, line;
  for (std::string word; words >> word;) {
    const bool may_begin = word[0] != '.' && word[0] != '\'';
    if (!line.empty() && may_begin && line.size() + 1 + word.size() > kWidth) {
      all += line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return all + line;
}

std::string section(const std::string& title) { return ".SH " + title + "\n"; }

std::string bold(const std::string& text) { return "\\fB" + plain(text) + "\\fR"; }

std::string entry(const std::string& heading, const std::string& text) {
  return ".TP\n" + heading + "\n" + wrapped(plain(text)) + "\n";
}

// Returns " (64, 8, 1024)"; the contenders are too many.
std::string values_of(const OptionReference& option) {
  if (option.value != OptionReference::Value::kList || option.words.empty()) return {};
  if (option.words.size() > kMostWords) return "; `bench-all list` shows them";
  std::string words;
  for (const auto& word : option.words) words += (words.empty() ? "" : ", ") + word;
  return " (" + words + ")";
}

std::string entry_of(const OptionReference& option) {
  std::string heading;
  for (const auto& name : option.names) heading += (heading.empty() ? "" : ", ") + bold(name);
  if (!option.type.empty()) heading += " \\fI" + plain(option.type) + "\\fR";
  return entry(heading, option.meaning + values_of(option));
}

std::string entries_of(const std::vector<OptionReference>& options, bool axes) {
  std::string text;
  for (const auto& option : options) {
    if (option.is_axis == axes) text += entry_of(option);
  }
  return text;
}

constexpr char kSynopsis[] =
    ".B bench\\-all\n[\\fBrun\\fR] [\\fIoptions\\fR] [\\fIfilter\\fR ...]\n.br\n"
    ".B bench\\-all list\n[\\fIoptions\\fR] [\\fIfilter\\fR ...]\n.br\n"
    ".B bench\\-all report\n.I folder\n.br\n"
    ".B bench\\-all ab\n.I A B\n[\\fIoptions\\fR] [\\fIfilter\\fR ...]\n.br\n"
    ".B bench\\-all aa\n[\\fIoptions\\fR] [\\fIfilter\\fR ...]\n.br\n"
    ".B bench\\-all compare\n\\fIrun run\\fR ...\n.br\n"
    ".B bench\\-all stress\n[\\fIoptions\\fR] [\\fIfilter\\fR ...]\n.br\n"
    ".B bench\\-all fleet \\-\\-out\n.I folder\n[\\fIoptions\\fR] \\-\\- \\fIarguments of "
    "run\\fR\n.br\n"
    ".B bench\\-all noise\n[\\fIoptions\\fR]\n.br\n"
    ".B bench\\-all env\n| \\fBman\\fR | \\fBcompletion\\fR \\fIshell\\fR\n";

constexpr char kDescription[] =
    "Measures the queues, pipes, locks, semaphores, pools and other primitives of\n"
    "gilfree beside those of the kernel, the standard library, Boost, TBB, Abseil,\n"
    "ZeroMQ and CPython. Each case is measured in fresh processes.\n"
    "Without a command and a filter it answers whether a pipe or a queue is faster\n"
    "here, with an overview of the rest, in about two minutes.\n"
    ".PP\n"
    "A filter is a regular expression that matches whole parts of a case\\(cqs name:\n"
    ".B bench\\-all list\nshows the names.\n";

constexpr char kExamples[] =
    ".TP\n.B bench\\-all \\-\\-profile smoke\nSeconds: does everything run?\n"
    ".TP\n.B bench\\-all pipe_vs_queue \\-\\-bytes 64,4k\nOne question, two sizes.\n"
    ".TP\n.B bench\\-all ab main HEAD wakeup\nHas the current revision made a wake-up slower?\n"
    ".TP\n.B bench\\-all pipe_vs_queue \\-\\-contender mine,pipe2 \\-\\-contender\\-program "
    "mine=./prog\n"
    "A program of your own beside pipe(2).\n";

constexpr char kEnvironment[] =
    ".TP\n.B GILFREE_PYTHON\nThe python3 with matplotlib that draws the report.\n"
    ".TP\n.B GILFREE_RESULTS_DIR\nWhere a folder for each run is made, unless \\fB\\-\\-out\\fR "
    "names one.\n"
    ".TP\n.B GILFREE_SOURCE_DIR\nWhere the scripts of the report are.\n";

constexpr char kFiles[] =
    ".TP\n.I results/local/\nA folder for each run: report.html, summary.md, samples.csv, "
    "hist.csv, run.json,\n"
    "events.jsonl and plots/.\n"
    ".TP\n.I PREFIX/share/doc/gilfree/harness/docs/contender\\-program.md\n"
    "What a contender that is a program is given and must do.\n";

}  // namespace

std::string manual(const Reference& reference) {
  std::string page =
      ".TH BENCH\\-ALL 1 " + date() + " \"gilfree " + version() + "\" \"User Commands\"\n" +
      section("NAME") +
      "bench\\-all \\- what is faster on this machine: pipes, queues, locks, pools\n" +
      section("SYNOPSIS") + kSynopsis + section("DESCRIPTION") + kDescription + section("COMMANDS");
  for (const auto& command : reference.commands) {
    page += entry(bold(command.name), command.meaning);
  }
  page += section("OPTIONS") + entries_of(reference.options, false);
  page += section("AXES") + "What varies. A list 8,64,1k or a range 1:16:*2.\n" +
          entries_of(reference.options, true);
  for (const auto& command : reference.commands) {
    if (command.is_general || command.options.empty()) continue;
    page += section("\"OPTIONS OF " + command.name + "\"") + entries_of(command.options, false);
  }
  page += section("SCENARIOS");
  for (const auto* each : reference.scenarios) {
    page += entry(bold(std::string(each->name)), std::string(each->question));
  }
  page += section("\"EXIT STATUS\"");
  for (const auto& each : exit_code_meanings()) page += entry(bold(each.code), each.meaning);
  return page + section("ENVIRONMENT") + kEnvironment + section("FILES") + kFiles +
         section("EXAMPLES") + kExamples;
}

}  // namespace harness
