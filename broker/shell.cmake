# The shell: threads, sockets, files, metrics around the engine; and the program.
find_package(CURL REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
entente_library(entente_broker_shell
  SRCS assets.cc attachment_files.cc attachment_service.cc attachment_sweep.cc committer.cc config.cc
       export.cc fsck_files.cc http_post.cc init.cc mail_bell.cc metrics.cc open_services.cc outside_witness.cc pull_service.cc server.cc shell.cc submission_batch.cc submit_service.cc timed_store.cc
       watched_clock.cc witness_service.cc workers.cc
  DEPS entente_broker_engine entente_net entente_grpc entente_store entente_crypto spdlog::spdlog)
target_link_libraries(entente_broker_shell PRIVATE prometheus-cpp::pull gRPC::grpc++_reflection CURL::libcurl)
# Compiled once, for the program and for the tests' hostile one.
add_library(entente_broker_main OBJECT broker_main.cc)
target_link_libraries(entente_broker_main PRIVATE entente_broker_shell)
entente_program(entente-broker SRCS $<TARGET_OBJECTS:entente_broker_main> DEPS entente_broker_shell)
entente_test(broker_shell_test
  SRCS attachment_files_test.cc attachment_service_test.cc attachment_sweep_test.cc committer_test.cc config_test.cc export_test.cc fsck_files_test.cc
       http_post_test.cc init_test.cc outside_witness_test.cc parts_test.cc program_test.cc
       pull_service_test.cc server_test.cc submit_service_test.cc watched_clock_test.cc witness_service_test.cc
       ${CMAKE_SOURCE_DIR}/tests/support/broker_fixture.cc
  DEPS entente_broker_shell entente_record_seal entente_test_broker_server)
add_dependencies(broker_shell_test entente-broker)
entente_test(broker_flips_test
  SRCS flips_test.cc flips_on_disk_test.cc restored_test.cc ${CMAKE_SOURCE_DIR}/tests/support/broker_fixture.cc ${CMAKE_SOURCE_DIR}/tests/support/damage.cc ${CMAKE_SOURCE_DIR}/tests/support/lived_broker.cc
  DEPS entente_broker_shell entente_record_seal entente_test_federation entente_test_pki)
# It checks a store a thousand times: what of the library is inline is optimized here too.
set_target_properties(broker_flips_test PROPERTIES DISABLE_PRECOMPILE_HEADERS ON)
target_compile_options(broker_flips_test PRIVATE $<$<CONFIG:Release>:-O2>)
