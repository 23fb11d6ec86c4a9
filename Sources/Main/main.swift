import Command

await Headrace.main()
