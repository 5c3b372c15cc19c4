// What must not compile: a case a macro, each with the message that says what to do instead
// (CMakeLists.txt). Without a macro it compiles.
#include <array>
#include <chrono>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "gilfree/multiprocessing.h"
#include "gilfree/threading.h"

namespace mp = gilfree::multiprocessing;
namespace th = gilfree::threading;

struct SaysNothing {
  std::string name;
};

int main() {
  mp::Pool pool(1);
  mp::Queue<std::vector<std::string>> queue(1);
#if defined POINTER_IN_A_QUEUE
  mp::Queue<int*> bad(1);
#elif defined VIEW_IN_A_PIPE
  auto bad = mp::Pipe<std::string_view>();
#elif defined TYPE_THAT_SAYS_NOTHING
  mp::PriorityQueue<SaysNothing> bad(1);
#elif defined VIEWS_IN_A_VECTOR
  mp::Queue<std::vector<std::string_view>> bad(1);
#elif defined VIEWS_IN_AN_ARRAY
  mp::LifoQueue<std::array<std::string_view, 1>> bad(1);
#elif defined VIEW_IN_AN_OPTIONAL
  mp::Queue<std::optional<std::string_view>> bad(1);
#elif defined POINTER_IN_AN_OPTIONAL
  mp::JoinableQueue<std::optional<const char*>> bad(1);
#elif defined POINTER_IN_A_VARIANT
  mp::Queue<std::variant<int, const char*>> bad(1);
#elif defined POINTER_IN_A_PAIR
  auto bad = mp::Pipe<std::pair<int, int*>>();
#elif defined POINTERS_IN_A_MAP
  mp::Queue<std::map<int, std::vector<int*>>> bad(1);
#elif defined SPANS_IN_A_TUPLE
  mp::Queue<std::tuple<int, std::span<int>>> bad(1);
#elif defined REFERENCES_IN_A_VECTOR
  mp::Queue<std::vector<std::reference_wrapper<int>>> bad(1);
#elif defined ITERATOR_IN_AN_OPTIONAL
  mp::Queue<std::optional<std::vector<int>::iterator>> bad(1);
#elif defined OPTIONAL_POINTER_AS_VALUE
  mp::Value<std::optional<int*>> bad;
#elif defined OPTIONAL_POINTER_AS_ARGUMENT
  pool.apply([](std::optional<int*>) {}, std::optional<int*>());
#elif defined QUEUE_WITHOUT_A_CAPACITY
  mp::Queue<int> bad;
#elif defined LIFO_QUEUE_WITHOUT_A_CAPACITY
  mp::LifoQueue<int> bad;
#elif defined BATCH_OF_ANOTHER_TYPE
  queue.put_many(std::vector<int>{1});
#elif defined CAPTURED_STRING
  pool.apply([text = std::string("a")] { return text.size(); });
#elif defined POINTER_AS_ARGUMENT
  pool.apply([](int* number) { return *number; }, static_cast<int*>(nullptr));
#elif defined POINTER_AS_RESULT
  pool.apply([](int) -> int* { return nullptr; }, 1);
#elif defined INPUT_OF_ANOTHER_TYPE
  pool.map([](const std::string& text) { return text.size(); }, std::vector<int>{1});
#elif defined INPUTS_THAT_ARE_NO_TUPLES
  pool.starmap([](int one) { return one; }, std::vector<int>{1});
#elif defined ARGUMENT_OF_ANOTHER_TYPE
  pool.apply([](const char* text) { return *text; }, "text");
#elif defined ARGUMENT_THAT_CANNOT_BE_COPIED
  auto number = std::make_unique<int>(1);
  th::Pool(1).apply([](std::unique_ptr<int> n) { return *n; }, number);
#elif defined CALLBACK_WITHOUT_A_COPY
  th::Pool(1).apply_async({.error_callback = [](std::exception_ptr) {}},
                          [] { return std::make_unique<int>(1); });
#elif defined PROCESS_WITH_ARGUMENTS
  mp::Process bad([](int) {}, 3);
#elif defined SERVED_PROCESS_WITH_ARGUMENTS
  mp::Process bad(
      mp::ForkServer(), [](int, int) {}, 3, 4);
#elif defined PROCESS_TARGET_WITH_A_PARAMETER
  mp::Process bad([](int) {});
#elif defined THREAD_WITH_ARGUMENTS
  th::Thread bad([](int) {}, 3);
#elif defined TIMER_FUNCTION_WITH_A_PARAMETER
  th::Timer bad(std::chrono::seconds(1), [](int) {});
#endif
  pool.apply([](const std::string& text, int) { return text.size(); }, "text", 1);
  pool.starmap([](int one, int other) { return one + other; },
               std::vector<std::pair<int, int>>{{1, 2}});
}
