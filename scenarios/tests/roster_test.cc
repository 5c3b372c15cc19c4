// Rosters: an order that does not depend on linking, no contender twice, and missing libraries.
#include "scenarios/support/roster.h"

#include "scenarios/tests/support.h"

namespace scenarios::testing {
namespace {

// A tag makes a roster of its own for each test.
template <typename Tag>
struct Entry : Contender {
  using Contender::Contender;
  using Made = int;

  std::function<void(int)> measure;
  std::function<int(std::string)> make;
};

Facts facts(std::string_view name, std::string_view family) {
  return {.name = name, .label = name, .family = family, .primitive = "none", .wait = "block"};
}

template <typename Tag>
void add(std::string_view name, std::string_view family, WorkerKind kind = WorkerKind::kThreads,
         std::string_view variant = "") {
  Roster<Entry<Tag>>::add(Entry<Tag>(facts(name, family), kind, variant));
}

template <typename Tag>
std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& each : Roster<Entry<Tag>>::entries()) all.push_back(each.name);
  return all;
}

TEST(RosterTest, OursComeFirstThenTheOthersByNameThenLimitsThenCPython) {
  struct Tag;
  add<Tag>("cpython_lock", "cpython");
  add<Tag>("flag", "limit");
  add<Tag>("std_mutex", "std");
  add<Tag>("boost_mutex", "boost");
  add<Tag>("rlock", "gilfree");
  add<Tag>("lock", "gilfree");
  EXPECT_EQ(names<Tag>(), (std::vector<std::string>{"lock", "rlock", "boost_mutex", "std_mutex",
                                                    "flag", "cpython_lock"}));
}

TEST(RosterTest, TheOrderDoesNotDependOnTheOrderOfRegistration) {
  struct One;
  struct Other;
  const std::pair<const char*, const char*> all[] = {
      {"a", "std"}, {"b", "gilfree"}, {"c", "boost"}, {"d", "boost"}, {"e", "limit"}};
  for (int i = 0; i < 5; ++i) add<One>(all[i].first, all[i].second);
  for (int i = 4; i >= 0; --i) add<Other>(all[i].first, all[i].second);
  EXPECT_EQ(names<One>(), names<Other>());
}

TEST(RosterTest, ThreadsComeBeforeProcessesAndANameIsListedOnce) {
  struct Tag;
  add<Tag>("lock", "gilfree", WorkerKind::kProcesses);
  add<Tag>("lock", "gilfree", WorkerKind::kThreads);
  EXPECT_EQ(Roster<Entry<Tag>>::entries().front().workers, WorkerKind::kThreads);
  EXPECT_EQ(Roster<Entry<Tag>>::names(),
            (std::vector<harness::Parameter::Value>{std::string("lock")}));
}

TEST(RosterTest, AContenderIsFoundByNameKindAndVariant) {
  struct Tag;
  add<Tag>("queue", "gilfree", WorkerKind::kProcesses, "native");
  add<Tag>("queue", "gilfree", WorkerKind::kProcesses, "spin");
  using All = Roster<Entry<Tag>>;
  ASSERT_NE(All::find("queue", WorkerKind::kProcesses, "spin"), nullptr);
  EXPECT_EQ(All::find("queue", WorkerKind::kProcesses, "spin")->variant, "spin");
  EXPECT_EQ(All::find("queue", WorkerKind::kThreads, "spin"), nullptr);
  EXPECT_EQ(All::find("queue", WorkerKind::kProcesses, "yield"), nullptr);
  EXPECT_EQ(All::find("pigeon"), nullptr);
  EXPECT_EQ(All::find("queue")->variant, "native");
}

TEST(RosterTest, TheSameContenderTwiceIsRefusedByName) {
  struct Tag;
  add<Tag>("lock", "gilfree");
  EXPECT_EQ(message_of<std::logic_error>([] { add<Tag>("lock", "gilfree"); }),
            "the contender 'lock' is registered twice");
  EXPECT_EQ(names<Tag>().size(), 1u);
}

TEST(RosterTest, AMissingLibraryIsNamedWithItsPackageWhateverIsAsked) {
  struct Tag;
  add_missing<Entry<Tag>>("oneTBB", "libtbb-dev", facts("tbb_mutex", "tbb"), WorkerKind::kThreads);
  const auto* entry = Roster<Entry<Tag>>::find("tbb_mutex");
  ASSERT_NE(entry, nullptr);
  const std::string reason = "built without oneTBB; install libtbb-dev and build again";
  EXPECT_EQ(message_of<harness::Skipped>([&] { entry->measure(1); }), reason);
  EXPECT_EQ(message_of<harness::Skipped>([&] { entry->make("x"); }), reason);
}

TEST(RosterTest, TheAxisOfContendersHasTheirNamesInOrder) {
  struct Tag;
  add<Tag>("std_mutex", "std");
  add<Tag>("lock", "gilfree");
  const auto axis = contender_axis<Entry<Tag>>("the lock", "exclusion");
  EXPECT_EQ(axis.name, "contender");
  EXPECT_EQ(axis.alias, "exclusion");
  EXPECT_EQ(axis.kind, harness::Parameter::Kind::kContender);
  EXPECT_EQ(axis.sweep, (std::vector<harness::Parameter::Value>{std::string("lock"),
                                                                std::string("std_mutex")}));
}

TEST(ContenderFactsTest, NotesTheColumnsThatEveryScenarioHas) {
  TestLaunch launch({});
  Contender(facts("lock", "gilfree"), WorkerKind::kProcesses).note(launch.run());
  EXPECT_EQ(launch.facts()["primitive"], "none");
  EXPECT_EQ(launch.facts()["wait"], "block");
  EXPECT_EQ(launch.facts()["scope"], "process");
}

TEST(ContenderFactsTest, SaysWhatCannotBeHadAndWhatIsBroken) {
  EXPECT_EQ(message_of<harness::Skipped>([] { cannot("mq_open (see ulimit -q)", EMFILE); }),
            "mq_open (see ulimit -q): Too many open files");
  EXPECT_EQ(message_of<std::runtime_error>([] { broken("write", EPIPE); }), "write: Broken pipe");
}

}  // namespace
}  // namespace scenarios::testing
