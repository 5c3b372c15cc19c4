#include "gilfree/detail/base/uncaught.h"

#include <cxxabi.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <typeinfo>

namespace gilfree::detail {
namespace {

std::string readable(const std::type_info& type) {
  int failed = 0;
  char* name = abi::__cxa_demangle(type.name(), nullptr, nullptr, &failed);
  std::string result = failed == 0 ? name : type.name();
  std::free(name);
  return result;
}

}  // namespace

Described describe_exception() {
  const std::type_info* type = abi::__cxa_current_exception_type();
  const std::string name = type == nullptr ? "unknown exception" : readable(*type);
  try {
    throw;
  } catch (const std::exception& error) {
    return {name, error.what()};
  } catch (const std::string& text) {
    return {name, text};
  } catch (const char* text) {
    return {name, text};
  } catch (...) {
    return {name, ""};
  }
}

void report_uncaught(const std::string& name) {
  const Described what = describe_exception();
  const char* colon = what.text.empty() ? "" : ": ";
  std::fprintf(stderr, "%s: uncaught %s%s%s\n", name.c_str(), what.type.c_str(), colon,
               what.text.c_str());
}

}  // namespace gilfree::detail
