#include "scenarios/support/registry.h"

int main(int argc, char** argv) { return harness::main(argc, argv, scenarios::all_scenarios()); }
