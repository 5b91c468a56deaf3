// The tests' common headers are compiled with this source (CMakeLists.txt).
