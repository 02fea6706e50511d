# Included by llama.cpp's project(): makes its build cheap for a test of the API, without touching its files.

function(make_cheap)
  # What computes must not be slow; all else is compiled as fast as can be.
  target_compile_options(ggml-base PRIVATE -O2)
  target_compile_options(ggml-cpu PRIVATE -O2)
  # Many small files with the same large headers: read those once.
  set_target_properties(mtmd server-context PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 64)
  foreach(target mtmd llama-common)
    get_target_property(folder ${target} SOURCE_DIR)
    file(GLOB alone ${folder}/*.cpp ${folder}/jinja/*.cpp)
    set_source_files_properties(${alone} TARGET_DIRECTORY ${target} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endforeach()
  set_target_properties(llama-common PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 64)
endfunction()

if(PROJECT_IS_TOP_LEVEL)
  cmake_language(DEFER CALL make_cheap)
endif()
