#include "harness/base/stacks.h"

#include <string>

#include "harness/base/files.h"
#include "harness/base/json.h"
#include "harness/base/process_stat.h"
#include "harness/base/process_tree.h"

namespace harness {
namespace {

void add_text(Json& thread, const std::string& folder, const char* name) {
  auto text = read_text(folder + "/" + name);
  if (!text) return;
  while (!text->empty() && text->back() == '\n') text->pop_back();
  if (!text->empty() && *text != "0") thread[name] = *text;
}

std::string word_of(const Json& thread, const char* key) {
  const auto found = thread.find(key);
  if (found == thread.end()) return "?";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

}  // namespace

Json stacks_of(pid_t leader) {
  Json threads = Json::array();
  for (const pid_t pid : processes_of(leader)) {
    const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
    for (const pid_t tid : threads_of(pid)) {
      const std::string folder = tasks + "/" + std::to_string(tid);
      Json thread = {{"pid", pid}, {"tid", tid}};
      add_text(thread, folder, "comm");
      if (const auto text = read_text(folder + "/stat")) {
        if (const auto stat = parse_process_stat(*text))
          thread["state"] = std::string(1, stat->state);
      }
      for (const char* name : {"wchan", "syscall", "stack"}) add_text(thread, folder, name);
      threads.push_back(std::move(thread));
    }
  }
  return threads;
}

std::string stacks_text(const Json& threads) {
  std::string text;
  for (const Json& thread : threads) {
    text += "  process " + word_of(thread, "pid") + " thread " + word_of(thread, "tid") + " " +
            word_of(thread, "comm") + ": state " + word_of(thread, "state") + ", wchan " +
            word_of(thread, "wchan") + ", syscall " + word_of(thread, "syscall") + "\n";
    if (thread.contains("stack")) text += word_of(thread, "stack") + "\n";
  }
  return text;
}

}  // namespace harness
